"""What assets ask for: settings, storage, EDGAR, market data, the warehouse, fan-out. The only place with sockets and clocks."""

from sec_assets.resources.edgar import EdgarResource
from sec_assets.resources.effort import EffortResource
from sec_assets.resources.fanout import FanOutResource
from sec_assets.resources.market import MarketDataResource
from sec_assets.resources.settings import SettingsResource
from sec_assets.resources.storage import LakeResource, WarehouseResource

__all__ = [
    "EdgarResource",
    "EffortResource",
    "FanOutResource",
    "LakeResource",
    "MarketDataResource",
    "SettingsResource",
    "WarehouseResource",
]
