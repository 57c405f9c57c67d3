"""Pictures of networks and timelines: SVG and PNG, the same bytes for the same input."""

from graph.pictures.networks import MOST_ACTORS, draw_network
from graph.pictures.picture import Picture, PictureFormat
from graph.pictures.timelines import draw_timeline

__all__ = ["MOST_ACTORS", "Picture", "PictureFormat", "draw_network", "draw_timeline"]
