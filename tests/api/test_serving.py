import os
import socket

from click.testing import CliRunner
from fastapi.testclient import TestClient

from api.cli.serve import command
from api.serving import Served, application, listening


def test_answers_are_not_held_back():
    with listening("127.0.0.1", 0) as listener:
        listener.listen()
        with socket.create_connection(listener.getsockname()):
            accepted, _ = listener.accept()
            with accepted:
                assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_workers_have_the_store_and_access_of_the_command(tmp_path):
    served = Served(f"sqlite:///{tmp_path}/guelta.db", True)
    apps = [application(served.environment() | {"GUELTA_RATE_KEY": "77"}) for _ in range(2)]
    for app in apps:
        access = app.state.access
        assert access.is_open and access.limits.key_per_min == 77
        assert str(app.state.store.engine.url) == served.store and access.keys is not None
    key = apps[0].state.access.first_admin_key()
    assert key and apps[1].state.access.first_admin_key() is None
    for app in apps:
        client = TestClient(app, headers={"Authorization": f"Bearer {key}"}, client=("203.0.113.7", 1))
        assert client.get("/metrics").status_code == 200
    assert TestClient(apps[1], client=("203.0.113.7", 1)).get("/cases").status_code == 401


def test_a_worker_without_store_is_closed():
    app = application({})
    assert app.state.access.keys is None and not app.state.access.is_open and app.state.store is None


def test_the_command_hands_its_store_to_the_workers_and_prints_the_key_once(monkeypatch, tmp_path):
    seen = []
    monkeypatch.setattr("api.serving.run_workers", lambda config, host, port: seen.append((config, dict(os.environ))))
    monkeypatch.setattr(os, "environ", dict(os.environ))
    url = f"sqlite:///{tmp_path}/guelta.db"
    asked = ["--workers", "2", "--open-planner", "--store", url]
    outputs = [CliRunner().invoke(command, asked).output for _ in range(2)]
    assert "admin key, shown this once: gk_" in outputs[0] and "gk_" not in outputs[1]
    config, environment = seen[1]
    assert config.workers == 2 and not config.access_log and not config.proxy_headers
    assert environment["GUELTA_OPEN_PLANNER"] == "1" and environment["GUELTA_STORE"] == url
