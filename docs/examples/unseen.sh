#!/usr/bin/env bash
# Eleven made networks that no parameter of the planner was chosen on, with an hour of traffic each:
#   bash docs/examples/unseen.sh runs/unseen
# They differ in what real ones differ in: form, blocks, lanes, speed limits, demand, trucks and motorcycles,
# car-following models, time steps, sublanes, side of the road, and who switches the lights.
set -euo pipefail
out=${1:?a folder to write to}
ours=$(command -v .venv/bin/ecocorridor ecocorridor | head -n 1) || true
python=$(dirname "${ours:?not installed here: make install}")/python
SUMO_HOME=$("$python" -c "import sumo; print(sumo.SUMO_HOME)")
export SUMO_HOME
mkdir -p "$out"

cars='<vType id="car" vClass="passenger" speedDev="0.1" probability="1"/>'
mixed='<vType id="car" vClass="passenger" speedDev="0.1" probability="0.75"/>
       <vType id="van" vClass="delivery" probability="0.13"/>
       <vType id="truck" vClass="truck" probability="0.08"/>
       <vType id="motorcycle" vClass="motorcycle" probability="0.04"/>'
idm='<vType id="eidm" carFollowModel="EIDM" accel="2.0" speedDev="0.1" probability="0.6"/>
     <vType id="idm" carFollowModel="IDM" accel="1.5" probability="0.4"/>'

# make NAME SECONDS_BETWEEN_VEHICLES TYPES OPTIONS_OF_SUMO OPTIONS_OF_NETGENERATE...
make() {
    local name=$1 period=$2 types=$3 how=$4 folder=$out/$1
    shift 4
    mkdir -p "$folder"
    "$SUMO_HOME/bin/netgenerate" "$@" -j traffic_light --no-turnarounds true --seed 8 -o "$folder/$name.net.xml" > "$folder/made.log" 2>&1
    echo "<additional><vTypeDistribution id=\"mix\">$types</vTypeDistribution></additional>" > "$folder/types.xml"
    "$python" "$SUMO_HOME/tools/randomTrips.py" -n "$folder/$name.net.xml" -e 3600 -p "$period" --fringe-factor 10 \
        --min-distance 500 --validate --seed 12 --trip-attributes 'type="mix" departLane="best" departSpeed="max"' \
        --additional-file "$folder/types.xml" -o "$folder/trips.xml" -r "$folder/$name.rou.xml" >> "$folder/made.log" 2>&1
    cat > "$folder/$name.sumocfg" <<XML
<configuration>
    <input><net-file value="$name.net.xml"/><route-files value="$name.rou.xml"/></input>
    <time><begin value="0"/><end value="3600"/></time>
    <processing>$how</processing>
</configuration>
XML
}

town=(-L 2 -S 13.89)
pockets=(--turn-lanes 1 --turn-lanes.length 60)
half='<step-length value="0.5"/>'
sublane='<step-method.ballistic value="true"/><lateral-resolution value="0.8"/>'
streets=(--rand --rand.iterations 80 --rand.min-distance 250 --rand.max-distance 450)

make streets 1.6 "$cars" "" "${streets[@]}" "${town[@]}" "${pockets[@]}"
make spider 2.2 "$mixed" "" --spider --spider.arm-number 6 --spider.circle-number 3 --spider.space-radius 400 -L 2 -S 16.67
make rural 2.4 "$mixed" "" --grid --grid.x-number 6 --grid.y-number 2 --grid.length 800 --grid.attach-length 600 -L 1 -S 22.22 "${pockets[@]}"
make halfstep 1.6 "$idm" "$half" --grid --grid.number 4 --grid.length 300 --grid.attach-length 300 "${town[@]}"
make short 1.3 "$mixed" "" --grid --grid.number 6 --grid.length 130 --grid.attach-length 200 -L 1 -S 13.89
make lefthand 1.8 "$cars" "" --lefthand "${streets[@]}" "${town[@]}"
make dense 0.75 "$cars" "" --grid --grid.number 4 --grid.length 300 --grid.attach-length 400 "${town[@]}" "${pockets[@]}"
make sublane 1.6 "$mixed" "$sublane" --grid --grid.number 4 --grid.length 320 --grid.attach-length 300 -L 2 -S 16.67
make actuated 1.4 "$mixed" "" --grid --grid.number 5 --grid.length 350 --grid.attach-length 350 --tls.default-type actuated "${town[@]}" "${pockets[@]}"
make actuated1 1.5 "$cars" "" "${streets[@]}" --tls.default-type actuated -L 1 -S 13.89 "${pockets[@]}"
make delaybased 1.6 "$mixed" "" "${streets[@]}" --tls.default-type delay_based "${town[@]}"
echo "made eleven networks in $out"
