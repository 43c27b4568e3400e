"""What is rendered for clusters, and Slurm jobs through an `sbatch` that runs them here."""

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from experiments.cli import app
from experiments.commands.engines import engine_of, timeout_of
from experiments.engines.local import Runner
from experiments.engines.profiles import SlurmProfile, load_profile
from experiments.engines.slurm import array_script, slurm_cluster

needs_dask = pytest.mark.skipif(
    find_spec("dask_jobqueue") is None, reason="needs the extra 'cluster'"
)
SLURM = """
cores: 4
memory_gb: 8
walltime_s: 2 h
n_jobs: 3
queue: short
account: traffic
directives: [--exclusive]
prologue: [module load python]
python: /opt/eco/bin/python
"""
KUBERNETES = """
image: registry.example/eco:1
claim: results
workers: 12
name: eco
env: {XDG_CACHE_HOME: /data/cache}
command: ecocorridor sweep /data/s.yaml --out '/data/my out'
"""


@pytest.fixture
def call(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # dask-jobqueue makes the folder for the logs
    (tmp_path / "slurm.yaml").write_text(SLURM)
    (tmp_path / "k8s.yaml").write_text(KUBERNETES)

    def call(*words):
        named = [word.replace("@", f"{tmp_path}/") for word in words]
        return CliRunner().invoke(app, ["sweep", "job-script", *named])

    return call


@needs_dask
def test_a_worker_of_slurm_has_a_process_for_each_core(call):
    script = call("--slurm", "@slurm.yaml").stdout.splitlines()
    assert {
        "#SBATCH -p short",
        "#SBATCH -A traffic",
        "#SBATCH --cpus-per-task=4",
        "#SBATCH --mem=8G",
        "#SBATCH -t 02:00:00",
        "#SBATCH --exclusive",
        "module load python",
    } < set(script)
    worker = script[-1]
    assert worker.startswith("/opt/eco/bin/python -m distributed.cli.dask_worker tcp://SCHEDULER:")
    assert "--nthreads 1 " in worker
    assert "--nworkers 4 " in worker


@needs_dask
def test_slurm_leaves_ctrl_c_as_it_is(tmp_path):
    code = (
        "import signal; from experiments.engines.profiles import SlurmProfile\n"
        "from experiments.engines.slurm import worker_script\n"
        "worker_script(SlurmProfile(cores=1, memory_gb=1, walltime_s=60))\n"
        "print(signal.getsignal(signal.SIGINT) is signal.default_int_handler)"
    )
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}
    told = subprocess.check_output(
        [sys.executable, "-c", code], cwd=tmp_path, env=environment, text=True
    )
    assert told == "True\n"


def test_an_array_of_slurm_does_a_sweep_in_shards(call):
    words = ("--shards", "20", "--sweep", "my sweep.yaml", "--out", "out")
    script = call("--slurm", "@slurm.yaml", *words).stdout
    assert "#SBATCH --array=1-20%3\n" in script
    assert "#SBATCH --mem=8000M\n" in script
    assert script.endswith(
        "set -e\nmodule load python\n"
        "/opt/eco/bin/ecocorridor sweep 'my sweep.yaml' --out out --jobs 4 "
        '--shard "$SLURM_ARRAY_TASK_ID/20"\n'
    )


def test_the_script_of_an_array_runs_in_a_shell(tmp_path):
    program = tmp_path / "ecocorridor"
    program.write_text('#!/bin/sh\necho "$@"\n')
    program.chmod(0o755)
    profile = SlurmProfile(cores=1, memory_gb=2, walltime_s=60, python=str(tmp_path / "python"))
    script = array_script(profile, sweep=Path("s.yaml"), out=Path("out"), n_shards=7)
    done = subprocess.run(
        ["bash"],
        input=script,
        env={**os.environ, "SLURM_ARRAY_TASK_ID": "3"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "sweep s.yaml --out out --jobs 1 --shard 3/7\n"


def test_a_manifest_holds_scheduler_workers_and_the_job(call):
    things = list(yaml.safe_load_all(call("--kubernetes", "@k8s.yaml").stdout))
    by_name = {(t["kind"], t["metadata"]["name"]): t["spec"] for t in things}
    assert list(by_name) == [
        ("Deployment", "eco-scheduler"),
        ("Service", "eco-scheduler"),
        ("Deployment", "eco-worker"),
        ("Job", "eco-driver"),
    ]
    workers = by_name["Deployment", "eco-worker"]
    assert workers["replicas"] == 12
    assert workers["selector"]["matchLabels"] == workers["template"]["metadata"]["labels"]
    [container] = workers["template"]["spec"]["containers"]
    command = container["command"]
    assert command[command.index("--nthreads") + 1] == "1"
    assert "tcp://eco-scheduler:8786" in command
    assert container["env"] == [{"name": "XDG_CACHE_HOME", "value": "/data/cache"}]
    assert container["volumeMounts"] == [{"name": "shared", "mountPath": "/data"}]
    service = by_name["Service", "eco-scheduler"]
    scheduler = by_name["Deployment", "eco-scheduler"]
    assert service["selector"] == scheduler["template"]["metadata"]["labels"]
    [driver] = by_name["Job", "eco-driver"]["template"]["spec"]["containers"]
    assert driver["command"][-3:] == ["/data/my out", "--scheduler", "tcp://eco-scheduler:8786"]


def test_all_mistakes_of_a_profile_are_told_at_their_places(call, tmp_path):
    (tmp_path / "wrong.yaml").write_text("cores: 0\nmemory_gb: 8\nwalltime: 2 h\n")
    done = call("--slurm", "@wrong.yaml")
    assert done.exit_code == 2
    told = done.stderr.replace(f"{tmp_path}/", "")
    assert "wrong.yaml:1:8: cores: should be greater than or equal to 1, got 0" in told
    assert "wrong.yaml:3:1: walltime: unknown key; did you mean 'walltime_s'?" in told
    assert "walltime_s: required, but not given" in told


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((), "name one profile"),
        (("--slurm", "@slurm.yaml", "--kubernetes", "@k8s.yaml"), "name one profile"),
        (("--slurm", "@slurm.yaml", "--shards", "3"), "give --sweep SWEEP.yaml and --out DIR"),
    ],
)
def test_options_that_do_not_go_together_are_told(call, words: tuple[str, ...], told: str):
    done = call(*words)
    assert done.exit_code == 2
    assert told in done.stderr


def test_the_engine_of_this_machine_is_the_default():
    with engine_of(jobs=3, timeout="30 min", retries=1) as make:
        runner = make(print)
    assert isinstance(runner, Runner)
    assert (runner.n_jobs, runner.timeout_s, runner.retries) == (3, 1800.0, 1)
    with (
        pytest.raises(ValueError, match="give either it or --scheduler"),
        engine_of(jobs=1, scheduler="tcp://a:1", slurm=Path("s.yaml")),
    ):
        pass


@pytest.mark.parametrize(("text", "told"), [("0", "positive"), ("3 km", "another kind"), ("", "")])
def test_a_timeout_is_a_time(text: str, told: str):
    assert timeout_of("90") == timeout_of("1.5min") == 90.0
    assert timeout_of(None) is None
    with pytest.raises(ValueError, match=f"^--timeout: .*{told}"):
        timeout_of(text)


@needs_dask
def test_jobs_of_slurm_come_and_go_with_the_engine(tmp_path, monkeypatch):
    log = tmp_path / "log"
    # As the real one, it keeps the script, which is gone when it has ended.
    run = f'job=$(cat "$1"); setsid bash -c "$job" >>{log} 2>&1 &'
    for name, text in {
        "sbatch": f'{run} echo "Submitted batch job $!"; echo $! >>{log}.ids',
        "scancel": f'echo "$@" >>{log}.gone; kill -- "-$1"',
    }.items():
        (tmp_path / name).write_text(f"#!/bin/bash\n{text}\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[3]))
    (tmp_path / "slurm.yaml").write_text(
        f"cores: 1\nmemory_gb: 1\nwalltime_s: 600\nlocal_dir: {tmp_path}\nlog_dir: {tmp_path}\n"
        f"interface: lo\npython: {sys.executable}\n"
    )
    from distributed import Client

    with (
        slurm_cluster(load_profile(tmp_path / "slurm.yaml", SlurmProfile)) as cluster,
        Client(cluster, set_as_default=False) as client,
    ):
        client.wait_for_workers(1, timeout=120)
        [worker] = client.scheduler_info()["workers"].values()
        assert worker["nthreads"] == 1
        assert client.submit(os.getpid).result() != os.getpid()
    assert (tmp_path / "log.gone").read_text() == (tmp_path / "log.ids").read_text()
