import socket

from api.serving import application, listening


def test_answers_are_not_held_back():
    with listening("127.0.0.1", 0) as listener:
        listener.listen()
        with socket.create_connection(listener.getsockname()):
            accepted, _ = listener.accept()
            with accepted:
                assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_workers_take_the_folder_of_cases_from_the_environment(monkeypatch, tmp_path):
    monkeypatch.setenv("GUELTA_CASES", str(tmp_path))
    assert application().state.cases == tmp_path
