"""What `formdigits up` starts, and where."""

import socket
import stat

import pytest

from formdigits.errors import BadRequest, BadSetting
from formdigits.settings import Settings
from submit_ui import stack


def names(settings):
    return [program.name for program in stack.programs(settings)]


def test_an_embedded_broker_starts_before_those_who_need_it(tmp_path):
    assert names(Settings(data_dir=tmp_path)) == ["broker", "worker", "trainer", "page"]


def test_a_broker_that_the_settings_name_is_not_started(tmp_path):
    assert names(Settings(data_dir=tmp_path, broker_url="redis://localhost/0")) == ["worker", "trainer", "page"]


def test_the_programs_are_told_every_setting(tmp_path):
    told = stack.environment(Settings(data_dir=tmp_path, lease_s=7, scan_roots="/scans"))

    assert (told["FORMDIGITS_LEASE_S"], told["FORMDIGITS_SCAN_ROOTS"]) == ("7.0", "/scans")
    assert told["FORMDIGITS_DATA_DIR"] == str(tmp_path)


def test_worker_and_trainer_show_their_metrics_on_ports_of_their_own(tmp_path):
    settings = Settings(data_dir=tmp_path, metrics_port=9101)

    told = {program.name: program.environment for program in stack.programs(settings)}

    assert stack.environment(settings)["FORMDIGITS_METRICS_PORT"] == "9101"
    assert told["worker"] == {}
    assert told["trainer"] == {"FORMDIGITS_METRICS_PORT": "9102"}


def test_a_new_data_folder_is_ready_and_closed_to_others(tmp_path):
    settings = Settings(data_dir=tmp_path / "data")

    address = stack.prepare(settings)

    secrets = ["token", "server.json"]
    assert "?token=" in address
    assert all(stat.S_IMODE((settings.data / name).stat().st_mode) == 0o600 for name in secrets)
    assert stat.S_IMODE(settings.data.stat().st_mode) == 0o700
    assert (settings.models / "mnist_cnn.h5").exists()


def test_a_second_stack_is_kept_out_of_a_data_folder(tmp_path):
    with stack.alone_in(tmp_path), pytest.raises(BadRequest, match="already up"), stack.alone_in(tmp_path):
        pass


def test_a_taken_port_is_named_or_passed_over():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        assert stack.free_port("127.0.0.1", port, exactly=False) != port
        with pytest.raises(BadRequest, match="choose another with --port"):
            stack.free_port("127.0.0.1", port, exactly=True)


def test_a_data_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").touch()

    with (
        pytest.raises(BadSetting, match="FORMDIGITS_DATA_DIR must be a folder"),
        stack.alone_in(tmp_path / "file/data"),
    ):
        pass


def test_an_address_of_another_machine_is_no_taken_port():
    with pytest.raises(BadSetting, match="FORMDIGITS_HOST must be an address of this machine"):
        stack.free_port("192.0.2.1", 0, exactly=False)


def test_nothing_is_started_for_a_broker_that_cannot_be_used(tmp_path):
    with pytest.raises(BadRequest, match="FORMDIGITS_BROKER_URL"):
        stack.prepare(Settings(data_dir=tmp_path, broker_url="http://localhost"))
