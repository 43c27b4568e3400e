"""Nine public networks whose drivers do not dawdle (SUMO's sigma is 0), to be run in both arms.

python docs/examples/steady.py runs/steady
"""

import shutil
import sys
from pathlib import Path
from xml.etree import ElementTree as Xml

from sumo_nets import load_scenario

OUT = Path(sys.argv[1] if sys.argv[1:] else "runs/steady")
NAMES = (
    "cologne1 cologne3 cologne8 ingolstadt1 ingolstadt7 ingolstadt21 grid4x4 arterial4x4".split()
)
CONFIGURATION = """<configuration>
    <input>
        <net-file value="{net}"/>
        <route-files value="steady.rou.xml"/>{additional}
    </input>
    <time><begin value="{begin_s:g}"/><end value="{end_s:g}"/></time>
</configuration>
"""

for name in [*(f"resco:{name}" for name in NAMES), "arterial"]:
    scenario = load_scenario(name)
    folder = OUT / name.removeprefix("resco:")
    folder.mkdir(parents=True, exist_ok=True)
    for file in (scenario.net_file, *scenario.additional_files):
        shutil.copy(file, folder)
    [demand] = scenario.route_files
    routes = Xml.parse(demand)
    for kind in routes.iter("vType"):
        kind.set("sigma", "0")
    # Vehicles without a type are of this one, unless it is among the types already.
    if routes.find("vType[@id='DEFAULT_VEHTYPE']") is None:
        routes.getroot().insert(0, Xml.Element("vType", id="DEFAULT_VEHTYPE", sigma="0"))
    routes.write(folder / "steady.rou.xml")
    others = ",".join(file.name for file in scenario.additional_files)
    additional = f'\n        <additional-files value="{others}"/>' if others else ""
    (folder / "steady.sumocfg").write_text(
        CONFIGURATION.format(
            net=scenario.net_file.name,
            additional=additional,
            begin_s=scenario.begin_s,
            end_s=scenario.end_s,
        ),
        encoding="utf-8",
    )
print(f"made nine networks in {OUT}; docs/examples/steady.yaml takes those in runs/steady")
