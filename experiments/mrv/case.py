"""One case of measuring, reporting and verification: evidence, settings, factors, and claims."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from emissions import column_parts, conversion
from experiments.mrv.annual import Traffic, traffic_of_a_year
from experiments.mrv.evidence import Evidence
from experiments.mrv.layer import FactorLayer
from experiments.mrv.platform import Device
from experiments.mrv.settings import MrvSettings
from experiments.mrv.uncertainty import Claim, Saving, overall_claim

_NAMES = {
    "own": "own classes of the scenario",
    "hbefa4": "petrol car, HBEFA4",
    "hbefa4_nojump": "petrol car, HBEFA4 without jump",
    "phemlight5": "petrol car, PHEMlight5",
    "fleet": "fleet mix",
    "bev": "all electric (HBEFA4 BEV)",
}


@dataclass(frozen=True, kw_only=True)
class Case:
    """All that a report is made of."""

    evidence: Evidence
    settings: MrvSettings
    stated: frozenset[str]
    """Dotted keys that the settings file gave."""
    layer: FactorLayer
    petrol_accounts: frozenset[str]
    """Columns of accounts in which every vehicle is a petrol car."""
    idle_per_s: Mapping[str, float]
    """Column of an account → what standing with the engine on costs per second, where known."""

    @cached_property
    def savings(self) -> dict[str, Saving | None]:
        """Saving under each account of CO2 and electricity."""
        accounts = (*self.evidence.tailpipe, *self.evidence.electricity)
        return {account: self.evidence.saving(account) for account in accounts}

    @cached_property
    def with_waiting(self) -> dict[str, Saving | None]:
        """The same with waiting to enter the road charged as idling, where its cost is known."""
        return {
            account: self.evidence.saving(account, waiting_per_s=self.idle_per_s[account])
            for account in self.savings
            if account in self.idle_per_s
        }

    @cached_property
    def claim(self) -> Claim | None:
        """The conservative claim over all tailpipe accounts, with and without waiting."""
        return self._claim(self.evidence.tailpipe)

    @cached_property
    def electric_claim(self) -> Claim | None:
        """The same over the accounts of electricity, in Wh."""
        return self._claim(self.evidence.electricity)

    def claim_of(self, account: str) -> float | None:
        """The claim under one account per vehicle: the smaller of without and with waiting."""
        found = self._claim((account,))
        return None if found is None else found.per_vehicle

    @cached_property
    def traffic(self) -> Traffic:
        """Vehicles of a year."""
        return traffic_of_a_year(
            self.settings.operation,
            n_vehicles=self.evidence.n_vehicles,
            window_h=self.evidence.window.hours,
        )

    @cached_property
    def devices(self) -> tuple[Device, ...]:
        """What stands at the road and draws power."""
        platform = self.settings.platform
        n_rsu = platform.rsu_count
        return (
            self._device(
                "Roadside unit",
                "device/rsu/power",
                self.evidence.n_signals if n_rsu is None else n_rsu,
                platform.rsu_power_w,
            ),
            self._device(
                "Edge computer (MEC)", "device/mec/power", platform.mec_count, platform.mec_power_w
            ),
        )

    @cached_property
    def platform_hours(self) -> float:
        """Hours of a year that the devices are on."""
        return self.settings.platform.hours_per_day * self.settings.platform.days_per_year

    @cached_property
    def platform_kwh(self) -> float:
        """Electricity of all devices in a year."""
        return sum(device.energy_kwh(self.platform_hours) for device in self.devices)

    @cached_property
    def embodied_kg(self) -> float:
        """CO2e per year of making the devices; 0 where nothing is stated."""
        platform = self.settings.platform
        if platform.embodied_kg_per_device is None or platform.lifetime_years is None:
            return 0.0
        n_devices = sum(device.count for device in self.devices)
        return n_devices * platform.embodied_kg_per_device / platform.lifetime_years

    @cached_property
    def platform_kg(self) -> float:
        """CO2 of the platform in a year, by the value of the grid factor."""
        return self.platform_kwh * self.layer.grid_g_per_wh + self.embodied_kg

    @cached_property
    def platform_kg_high(self) -> float:
        """The same by the upper bounds of the devices' powers and of the grid factor."""
        kwh = sum(device.energy_high_kwh(self.platform_hours) for device in self.devices)
        return kwh * self.layer.grid_high_g_per_wh + self.embodied_kg

    def is_stated(self, key: str) -> bool:
        """Whether the settings file gives a key or a part of it a value."""
        return any(each == key or each.startswith(f"{key}.") for each in self.stated)

    def _claim(self, accounts: tuple[str, ...]) -> Claim | None:
        waiting = [self.with_waiting[each] for each in accounts if each in self.with_waiting]
        return overall_claim([*(self.savings[each] for each in accounts), *waiting])

    def _device(self, name: str, key: str, count: int, power_w: float | None) -> Device:
        if power_w is not None:
            return Device(
                name=name, count=count, power_w=power_w, power_high_w=power_w, source="stated"
            )
        factor = self.layer.factors[key]
        power_w = factor.in_unit("W")
        return Device(
            name=name,
            count=count,
            power_w=power_w,
            power_high_w=factor.high * conversion(factor.unit, "W"),
            source=factor.source,
        )


def account_name(column: str) -> str:
    """Name of an account for a reader (`co2_hbefa4_g` → `petrol car, HBEFA4`)."""
    if column.startswith("energy_fleet"):
        return "fleet mix, batteries"
    parts = column_parts(column)
    name = column if parts is None else parts.name
    return _NAMES.get(name, name)
