"""Names that can only be those of states: to tell a list of states from a name with commas in it."""

import re

_NAMES = """
Afghanistan|Albania|Algeria|Andorra|Angola|Antigua and Barbuda|Argentina|Armenia|Australia|Austria|Azerbaijan|Bahamas|
Bahrain|Bangladesh|Barbados|Belarus|Belgium|Belize|Benin|Bhutan|Bolivia|Bosnia and Herzegovina|Botswana|Brazil|Brunei|
Bulgaria|Burkina Faso|Burma|Burundi|Cabo Verde|Cambodia|Cameroon|Canada|Cape Verde|Central African Republic|Chad|Chile|
China|Colombia|Comoros|Congo|Congo-Brazzaville|Congo/Zaire|Costa Rica|Cote d'Ivoire|Croatia|Cuba|Cyprus|Czech Republic|
Czechia|Czechoslovakia|Democratic Republic of Congo|Democratic Republic of the Congo|Denmark|Djibouti|Dominica|
Dominican Republic|DRC|East Germany|East Timor|Ecuador|Egypt|El Salvador|Equatorial Guinea|Eritrea|Estonia|Eswatini|
Ethiopia|Fiji|Finland|France|Gabon|Gambia|Georgia|Germany|Ghana|Great Britain|Greece|Grenada|Guatemala|Guinea|
Guinea-Bissau|Guyana|Haiti|Honduras|Hungary|Iceland|India|Indonesia|Iran|Iraq|Ireland|Israel|Italy|Ivory Coast|Jamaica|
Japan|Jordan|Kazakhstan|Kenya|Kiribati|Kosovo|Kuwait|Kyrgyz Republic|Kyrgyzstan|Lao PDR|Laos|Latvia|Lebanon|Lesotho|
Liberia|Libya|Liechtenstein|Lithuania|Luxembourg|Macedonia|Madagascar|Malawi|Malaysia|Maldives|Mali|Malta|
Marshall Islands|Mauritania|Mauritius|Mexico|Micronesia|Moldova|Monaco|Mongolia|Montenegro|Morocco|Mozambique|Myanmar|
Namibia|Nauru|Nepal|Netherlands|New Zealand|Nicaragua|Niger|Nigeria|North Korea|North Macedonia|North Vietnam|
North Yemen|Norway|Oman|Pakistan|Palau|Panama|Papua New Guinea|Paraguay|Peru|Philippines|Poland|Portugal|Qatar|
Republic of Congo|Republic of Korea|Republic of the Congo|Romania|Russia|Russian Federation|Rwanda|
Saint Kitts and Nevis|Saint Lucia|Saint Vincent and the Grenadines|Samoa|San Marino|Sao Tome and Principe|Saudi Arabia|
Senegal|Serbia|Serbia and Montenegro|Seychelles|Sierra Leone|Singapore|Slovakia|Slovenia|Solomon Islands|Somalia|
South Africa|South Korea|South Sudan|South Vietnam|South Yemen|Soviet Union|Spain|Sri Lanka|Sudan|Suriname|Swaziland|
Sweden|Switzerland|Syria|Tajikistan|Tanzania|Thailand|Timor-Leste|Togo|Tonga|Trinidad and Tobago|Tunisia|Turkey|
Turkmenistan|Tuvalu|Türkiye|Uganda|UK|Ukraine|United Arab Emirates|United Kingdom|United States|
United States of America|Uruguay|US|USA|U.S.|U.S.A.|USSR|Uzbekistan|Vanuatu|Venezuela|Vietnam|West Germany|Yemen|
Yugoslavia|Zaire|Zambia|Zimbabwe
"""
_STATES = frozenset(n.strip().lower() for n in _NAMES.replace("\n", "").split("|"))


_FORM = re.compile(
    r"(?:the )?(?:governments? of )?(?:the )?(?:(?:federal |democratic |islamic |arab |socialist |people's )*"
    r"(?:republic|kingdom|state|federation) of )?(?:the )?"
)


def is_state(name: str) -> bool:
    """Whether a name is that of a state since 1945 or of its government, in English, with or without its form.

    >>> is_state("The Republic of Armenia"), is_state("Bosnia and Herzegovina"), is_state("Ada Norn, Norland's envoy")
    (True, True, False)
    """
    whole = name.strip().lower()
    return whole in _STATES or whole[_FORM.match(whole).end() :] in _STATES  # type: ignore[union-attr]  # may be empty
