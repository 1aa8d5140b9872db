"""The simulated shop: one engine for history and for now.

``open_shop`` gives the state on the opening day; ``simulate_day`` turns the state at the start of a
UTC day into that day's events and the next state. The same (profile, seed, scale, zone, opening
day) fixes every event to the byte. Nothing here reads a clock, a file of the warehouse or the net.
"""

from esynapse.shop.engine import SimulatedDay, products_table, simulate_day, simulate_slices
from esynapse.shop.opening import open_shop
from esynapse.shop.profile import Profile, load_profile
from esynapse.shop.slices import DaySlice
from esynapse.shop.state import ShopState

__all__ = [
    "DaySlice",
    "Profile",
    "ShopState",
    "SimulatedDay",
    "load_profile",
    "open_shop",
    "products_table",
    "simulate_day",
    "simulate_slices",
]
