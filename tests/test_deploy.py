"""The files that run the line somewhere else: hardened as they say, and alike where they must be.

Apart from test_docs.py, which reads the papers. systemd judges its own files where it is installed; where it is not,
and for everything else, what is asserted is read from the files.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import tomllib

import pytest
import yaml

from bot.channel import FALLBACK, INBOUND, STATUS, VOICE
from bot.config import CHECKOUT, HELP, Config
from bot.envfile import read
from bot.init.questions import QUESTIONS
from bot.server import BODY_SECONDS
from bot.webhook import MAX_BYTES

DEPLOY = CHECKOUT / "bot" / "deploy"
UNITS = ("rights-line.service", "rights-line@.service")
ONLY_WITH_VALKEY = {"RuntimeDirectory", "RuntimeDirectoryMode"}
EXPOSURE = 2.0
"""Of ten, as `systemd-analyze security` counts."""
HARDENED = {
    "NoNewPrivileges": "yes", "CapabilityBoundingSet": "", "ProtectSystem": "strict", "ProtectHome": "yes",
    "PrivateTmp": "yes", "PrivateDevices": "yes", "LimitCORE": "0", "MemorySwapMax": "0", "UMask": "0077",
    "RestrictNamespaces": "yes", "StateDirectoryMode": "0700", "User": "line",
}  # fmt: skip
COMPOSE = yaml.safe_load((CHECKOUT / "compose.yaml").read_text(encoding="utf-8"))
SERVICES = COMPOSE["services"]
OURS = ("web", "worker", "publish")


def text(path: str) -> str:
    return (CHECKOUT / path).read_text(encoding="utf-8")


def unit(name: str) -> dict[str, list[str]]:
    """The settings of a unit file, each with its values in order."""
    found: dict[str, list[str]] = {}
    for line in text(f"bot/deploy/{name}").splitlines():
        if match := re.fullmatch(r"(\w+)=(.*)", line):
            found.setdefault(match[1], []).append(match[2])
    return found


# ------------------------------------------------------------------------------------------- systemd


@pytest.mark.parametrize("name", UNITS)
def test_a_unit_is_hardened(name):
    settings = unit(name)

    assert {key: settings.get(key) for key in HARDENED} == {key: [value] for key, value in HARDENED.items()}
    assert "EnvironmentFile" not in settings, "the line reads line.env itself"
    assert "Environment" not in settings, "whoever may look at units would read it"


def test_both_units_are_hardened_alike():
    one, many = (unit(name) for name in UNITS)
    differ = {key for key in one.keys() | many.keys() if one.get(key) != many.get(key)}

    assert differ - ONLY_WITH_VALKEY == {"Description", "ExecStart"}


@pytest.mark.parametrize("name", UNITS)
def test_the_workshop_may_step_back(name):
    """`@resources` forbids it, and the workshop would end at its start."""
    filters = unit(name)["SystemCallFilter"]

    assert filters.index("setpriority") > filters.index("~@privileged @resources")


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="no systemd here")
@pytest.mark.parametrize("name", UNITS)
def test_systemd_finds_little_exposed(name):
    shown = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", str(DEPLOY / name)],
        capture_output=True,
        text=True,
        check=False,
    ).stdout
    level = re.search(r"exposure level for \S+: ([\d.]+)", shown)

    assert level, shown
    assert float(level[1]) < EXPOSURE, shown


def test_a_server_keeps_its_data_where_its_unit_lets_it_write():
    settings, unit_ = read(DEPLOY / "server.env"), unit("rights-line.service")

    assert settings == {
        "HOTLINE_DATA": f"/var/lib/{unit_['StateDirectory'][0]}",
        "TMPDIR": f"/run/{unit_['RuntimeDirectory'][0]}",
    }


# ------------------------------------------------------------------------------------------- containers


@pytest.mark.parametrize("name", SERVICES)
def test_no_container_may_do_more_than_it_must(name):
    service = SERVICES[name]

    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service.get("cap_add", []) == {"proxy": ["NET_BIND_SERVICE"], "rooms": ["CHOWN"]}.get(name, [])
    assert "privileged" not in service
    assert not any("docker.sock" in volume for volume in service["volumes"])
    if name != "rooms":  # it runs for a moment
        assert service["ulimits"]["core"] == 0
        assert service["pids_limit"] <= 256
        assert service["mem_limit"]


@pytest.mark.parametrize("name", [*OURS, "valkey"])
def test_the_line_and_its_store_are_not_root(name):
    assert SERVICES[name]["user"] == "65532:65532"


def test_only_the_proxy_has_a_port_and_nobody_reaches_the_store_by_the_network():
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["proxy"]
    assert SERVICES["valkey"]["network_mode"] == "none"
    assert SERVICES["web"]["networks"] == ["front"]
    assert COMPOSE["networks"]["front"] == {"internal": True}


def test_the_store_keeps_everything_and_logs_no_command():
    command = " ".join(SERVICES["valkey"]["command"])

    for wanted in ("--appendonly yes", "--maxmemory-policy noeviction", "--slowlog-log-slower-than -1", "--port 0"):
        assert wanted in command


@pytest.mark.parametrize("name", OURS)
def test_the_settings_of_a_container_are_settings_of_ours(name, tmp_path):
    environment = SERVICES[name]["environment"]
    assert set(environment) <= set(HELP)

    config = Config.from_env(environment | {"HOTLINE_SECRET": "tests-only-3f9a8c1e5d7b2460-tests-only"})
    assert not config.embedded


def dockerfile() -> list[tuple[str, str]]:
    """Instructions and what stands behind them, lines that go on joined."""
    joined = re.sub(r"\\\n\s*", "", text("Dockerfile"))
    lines = (line for line in joined.splitlines() if line and not line.startswith("#"))
    return [(word, rest) for word, _, rest in (line.partition(" ") for line in lines)]


def test_the_image_has_no_root_no_shell_and_nothing_of_the_machine_it_is_built_on():
    steps = dockerfile()
    last = steps[max(at for at, (word, _) in enumerate(steps) if word == "FROM") :]

    assert "distroless" in last[0][1]
    assert [rest for word, rest in last if word == "USER"] == ["65532:65532"]
    assert [word for word, _ in last if word in ("RUN", "ADD")] == []
    for word, rest in last:
        if word in ("ENTRYPOINT", "CMD") or (word == "HEALTHCHECK" and "CMD" in rest):
            assert rest[rest.index("[") :].startswith('["/app/.venv/bin/python"'), "a shell would be needed for this"
    assert not any(re.search(r"SECRET|TOKEN|PASSWORD", rest) for word, rest in steps if word in ("ENV", "ARG"))


def test_only_what_the_line_needs_goes_into_the_image():
    allowed = [line[1:] for line in text(".dockerignore").splitlines() if line.startswith("!")]

    assert text(".dockerignore").splitlines()[1] == "*"
    assert set(allowed) == {"bot", "flows", "messages", "worker", "pyproject.toml", "requirements.txt", "DEPLOY.md",
                            "README.md"}  # fmt: skip
    assert [name for name in allowed if not (CHECKOUT / name).exists()] == []


# ------------------------------------------------------------------------------------------- proxies and hosts


def test_a_proxy_lets_through_what_twilio_calls_and_writes_no_access_log():
    caddy, nginx = text("bot/deploy/Caddyfile"), text("bot/deploy/nginx.conf")

    assert {path.rpartition("/")[0] for path in (INBOUND, STATUS, FALLBACK, VOICE)} == {"/twilio"}
    assert "path /twilio/* /healthz" in caddy
    assert re.search(r"^\tlog\b", caddy, re.MULTILINE) is None
    assert f"max_size {MAX_BYTES // 1024}KiB" in caddy
    assert all(f"{limit} " in caddy for limit in ("read_header", "read_body", "write", "idle"))
    assert len(re.findall(r"^    access_log off;", nginx, re.MULTILINE)) == 2
    assert "location /twilio/ {" in nginx
    assert "proxy_pass http://127.0.0.1:8080;" in nginx, "a path behind it would change what was signed"
    assert "proxy_request_buffering on;" in nginx
    assert f"client_max_body_size {MAX_BYTES // 1024}k;" in nginx
    assert f"client_body_buffer_size {MAX_BYTES // 1024}k;" in nginx
    assert not re.search(r"return 30\d|rewrite |redir ", nginx + caddy), "a redirect loses what was posted"


def test_a_proxy_waits_longer_for_a_body_than_the_line_would():
    waits = int(re.search(r"read_body (\d+)s", text("bot/deploy/Caddyfile"))[1])  # type: ignore[index]

    assert waits > BODY_SECONDS


def test_a_host_keeps_no_copies_and_one_machine_only():
    fly = tomllib.loads(text("bot/deploy/fly.toml"))
    assert fly["mounts"]["scheduled_snapshots"] is False
    assert fly["mounts"]["destination"] == fly["env"]["HOTLINE_DATA"]
    assert fly["http_service"]["auto_stop_machines"] == "off"
    assert fly["http_service"]["force_https"] is False, "a redirect loses what was posted"
    assert (DEPLOY / fly["build"]["dockerfile"]).resolve() == CHECKOUT / "Dockerfile"

    server = yaml.safe_load(text("bot/deploy/cloud-init.yaml"))
    assert server["swap"] == {"size": 0}
    assert {"git", "python3", "python3-venv", "caddy"} <= set(server["packages"])
    assert any(name in str(server["runcmd"]) for name in UNITS)


# ------------------------------------------------------------------------------------------- the guide


def steps() -> list[tuple[str, str]]:
    """Title and text of each numbered step."""
    guide = text("DEPLOY.md").partition("\n# Ways to run")[0]
    parts = re.split(r"^## (\d+ .+)$", guide, flags=re.MULTILINE)[1:]
    return list(zip(parts[::2], parts[1::2], strict=True))


def test_the_guide_has_at_most_ten_steps_and_each_says_how_one_sees_that_it_worked():
    assert [title.partition(" ")[0] for title, _ in steps()] == [str(number) for number in range(1, len(steps()) + 1)]
    assert len(steps()) <= 10
    assert [title for title, said in steps() if said.count("**It worked**") != 1] == []
    assert steps()[0][0] == "1 Registration"


def test_every_file_for_running_it_is_named_in_the_guide():
    guide = text("DEPLOY.md")

    assert [path.name for path in DEPLOY.iterdir() if path.name not in guide] == []


def test_a_backup_is_of_content_and_settings_never_of_conversations(tmp_path):
    """The command of the guide, without its encryption, in a folder as it is on a server; and back."""
    command = next(line for line in text("DEPLOY.md").splitlines() if " tar --create " in line)
    made = command.partition("| age")[0].replace("sudo -u line ", "")
    here, there = tmp_path / "here", tmp_path / "there"
    for name in (
        "flows/door.yaml",
        "messages/en/door.yml",
        "line.env",
        ".hotline/keys/2026-11-27",
        ".hotline/dump.aof",
    ):
        (here / name).parent.mkdir(parents=True, exist_ok=True)
        (here / name).write_text(name, encoding="utf-8")
    there.mkdir()
    packed = subprocess.run(["sh", "-c", made], cwd=here, capture_output=True, check=True).stdout
    subprocess.run(["tar", "--extract", "--gzip", "--file", "-", "--directory", there], input=packed, check=True)

    assert sorted(path.relative_to(there).as_posix() for path in there.rglob("*") if path.is_file()) == [
        "flows/door.yaml", "line.env", "messages/en/door.yml"
    ]  # fmt: skip


def test_the_questions_of_init_are_a_dozen_as_the_guide_says():
    assert len(QUESTIONS) == 12
    assert "`init` asks a dozen questions" in text("DEPLOY.md")
