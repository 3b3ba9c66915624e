"""Which test files of the flows run inside Pyodide, and why the others cannot."""

from __future__ import annotations

FILES = (
    "flows/image/test_image_choice.py",
    "flows/wire/test_accept_flows.py",
    "flows/wire/test_flows_backup.py",
    "flows/wire/test_flows_flash.py",
    "flows/wire/test_flows_needed_later.py",
    "flows/wire/test_flows_raw.py",
    "flows/wire/test_flows_restore.py",
    "flows/wire/test_glance.py",
    "flows/wire/test_how_it_is_known.py",
    "flows/wire/test_other_modules.py",
    "flows/wire/test_other_roms_unharmed.py",
    "flows/wire/test_promises.py",
    "flows/wire/test_same_device.py",
    "flows/wire/test_spi_card.py",
    "flows/wire/test_spi_flows.py",
    "flows/wire/test_state_sentence.py",
    "flows/wire/test_unbrick.py",
    "flows/wire/test_way_back.py",
    "flows/wire/test_wrong_clock.py",
)
COMMAND_LINE = "the command line, which is not in the edition"
NETWORK = "devices in the network"
HYPOTHESIS = "Hypothesis, which has compiled parts"
LONG = "hundreds of runs, each ten times as long inside"
MINUTES = "minutes on a computer, ten times as long inside"
SOCKETS = "ports served over sockets"
#: what is not run inside, and why; docs/browser.md says the same
LEFT_OUT = {
    "flows/bridge": "other programs are started",
    "flows/catalogue/test_catalogue_device.py": NETWORK,
    "flows/catalogue/test_catalogue_download.py": "an HTTP server in a thread",
    "flows/device": NETWORK,
    "flows/house": NETWORK,
    "flows/image/test_image_fetch.py": "an HTTP server in a thread",
    "flows/image/test_image_matrix.py": LONG,
    "flows/image/test_conversion_table.py": LONG,
    "flows/image/test_image_matrix_forged.py": LONG,
    "flows/test_backups_shelf.py": HYPOTHESIS,
    "flows/test_rf.py": HYPOTHESIS,
    "flows/wire/test_ask_ports.py": COMMAND_LINE,
    "flows/wire/test_console.py": HYPOTHESIS,
    "flows/wire/test_cut_anywhere.py": LONG,
    "flows/wire/test_demo.py": "the demo starts servers",
    "flows/wire/test_flows_adapters.py": LONG,
    "flows/wire/test_flows_campaign.py": LONG,
    "flows/wire/test_flows_headers.py": LONG,
    "flows/wire/test_full_disk.py": MINUTES,
    "flows/wire/test_health.py": COMMAND_LINE,
    "flows/wire/test_later_chips.py": HYPOTHESIS,
    "flows/wire/test_later_chips_walk.py": COMMAND_LINE,
    "flows/wire/test_mix_ups.py": LONG,
    "flows/wire/test_mix_ups_by_permission.py": LONG,
    "flows/wire/test_model.py": LONG,
    "flows/wire/test_nothing_lost.py": MINUTES,
    "flows/wire/test_obedience.py": LONG,
    "flows/wire/test_reach.py": MINUTES,
    "flows/wire/test_servers_that_fail.py": SOCKETS,
    "flows/wire/test_sim_served_ports.py": SOCKETS,
    "flows/wire/test_situations.py": LONG,
    "flows/wire/test_spi_adapters.py": "adapters on USB that a page does not reach",
    "flows/wire/test_two_sizes_of_7252.py": MINUTES,
    "flows/wire/test_whose_job.py": MINUTES,
}
