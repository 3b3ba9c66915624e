"""Every key that is known in vendor configurations, by area.

The words of an area are names in which every run of digits is written as `#`; prefixes and
suffixes cover the open-ended families.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

NAMES: Mapping[str, str] = MappingProxyType(
    {
        "general": (
            "Jsonver category cfg_en crc fac_pin init_conf jsonver jv module mutex net_type "
            "pd_category wifi_cofig_ver"
        ),
        "relay": (
            "dry_drvt# relay_pin rl#_drvtime rl#_lv rl#_pin rl#_type rl_drvtime rl_off#_lv "
            "rl_off#_pin rl_on#_lv rl_on#_pin rl_type rlypin rlypin#"
        ),
        "button": (
            "bt#_lv bt#_pin bt#_type bt_func bt_lv bt_pin bt_reuse bt_type btlv btpin clean_t "
            "indep_cfgbt k#dfunc k#ldir k#lfunc k#pin_lv k#pin_pin k#sdir k#sfunc key#_pin "
            "key_lv key_pin keyccfg# keyfunc keyfunc# keyglobefunc keylt keynumber knum ktime "
            "lfunc on_off_cnt onoff# onoff_clear_t onoff_cnt onoff_n onoff_rst_m "
            "onoff_rst_type onoff_type onofftime reset_bt_pin reset_lv reset_pin series_ctrl "
            "sfunc stop_bt_en total_bt_lv total_bt_pin"
        ),
        "led": (
            "back_led backlit_dp backlit_io_pin backlit_select defled i_dctr#_pin led#_lv "
            "led#_pin led_dp led_lv led_netn led_nety led_pin ledable ledfunc ledlv ledpin "
            "ledtestlv ledtestpin light_mode light_status_select mxcl_led mxcl_led_m "
            "net_led_lv net_led_pin net_led_y net_reuse_m netled#_lv netled#_pin netled_lv "
            "netled_pin netled_reuse netledlv netledpin netn_led netnc nety_led netyc reuse "
            "reuse_led reuse_led_m status_led_lv status_led_pin total_led_pin wfled wfst "
            "wfst_lv wfst_pin"
        ),
        "meter": (
            "chip_type e_ref ele_fun_en ele_pin ele_rx ele_tx epin i_ref ivcpin ivpin "
            "lose_vol min_power_report over_cur over_pow over_vol p_ref resistor "
            "sample_resistor sel_pin_lv sel_pin_pin series_rx series_tx v_def v_ref vi_pin "
            "vol_def work_voltage"
        ),
        "channels": (
            "cd_flag# ch#_stat ch_cddpid# ch_dpid# ch_flag# ch_num ch_stat# chnum cyc_dpid "
            "defrly defstat df inch_dp inch_en# lock_dp rand_dpid remote_add_dp "
            "remote_list_dp total_stat"
        ),
        "pairing": (
            "ble_pair_time cagt net_t net_trig pairt prodagain remdmode remdtime remind_t "
            "reset_t rgbt rstbr rstcnt rstcor rsthold rstmode rstnum rsttemp rsttime wfcfg "
            "wfct wfptime wt"
        ),
        "options": (
            "advtimer alarm#_time alarm_t# battery_t bleonoff cctseg cgdirection cgmode "
            "cntdown# count# dctrl_select dry_ty# elec_mty# en_dry# ffc_select flick_time "
            "hueseg kswitch led_ctrl_en light_t lptime netlptime nxtalm_t owm periodtime "
            "remote remote_model remote_select rl#_dr_type rl_drive_mode rstindic step_rate "
            "strsep switch# tamper_st timeout tracetime# trl#_time whiteseg zero_select"
        ),
        "light": (
            "#ccur #wcur CS LedNum MISO MOSI SCL aging b_lv b_pin bitseq blue_pin brightmax "
            "brightmin c_lv c_pin campere cdtime# cjccur cjwcur cmod colormax colormaxp "
            "colormin colororder colorpfun ctrl_lv ctrl_pin cwmax cwmaxp cwmin cwtype dccur "
            "defbright defcolor deftemp dmod drgbcur dwcur ehccur ehwcur fanmod g_lv g_pin "
            "gammakb gammakg gammakr gmkb gmkg gmkr gmwb gmwg gmwr green_pin iicb iicc "
            "iicccur iicg iicr iicscl iicsda iicw iicwcur kp#ccur kp#wcur lednum lightstring "
            "miso mosi motoronoff motorspd notdisturb onoffmode pmemory pwmhz r_lv r_pin "
            "red_pin segdim sense_pwmhz speedstep spmaxduty spminduty title# totallen w_lv "
            "w_pin wampere"
        ),
        "remote": (
            "customcode infre infrr ir ir_func ir_pin irfunSet irfunc irfunset irk#fun "
            "irk#val irkeytype irnightt irpin irstep ismusic mic micpin micproc remote_io "
            "rf_study_feq rf_width scgmod sensimax sensimin sound_pin swgmod wgmod"
        ),
        "sensor": (
            "adclimit alarm_pin alarm_st alarm_type alt_pin_pin basic_pin_lv basic_pin_pin "
            "basic_st beep_t blindt buzzctrl buzzer buzzer_io buzzer_pwm buzzpwm bz_frq "
            "bz_pin_pin bzhz bzpin cdsval day daylight_limit detec_range dimm_mode dimm_time "
            "dimmod dimt dimval door#_magt_pin dusk evenfall evening expowctrl_pin "
            "gate_sensor_pin_pin hold_lv hold_mode hold_time hum_max hum_min hum_sen "
            "i#c_scl_pin i#c_sda_pin lockt max_V min_V night one_wire_pin p_type_pin pir_lv "
            "pir_mode pir_pin pirfreq pirhduty pirin_lv pirin_pin pirir pirlduty pirmduty "
            "pirmod pirrange pirsense_pin pirwarn preheat_time preheatt rep_t rep_t# "
            "resume_time s_type samp_pin samp_sw_lv samp_sw_pin samp_type sense_lv sense_pin "
            "sensor_type slidemod standtime tamper_pin_pin temp_unit tmp_max tmp_min tmp_sen "
            "trigdelay trigmod"
        ),
        "curtain": (
            "deadtime delay_t dely_t# dev_ctrl# percent_ctrl# reverse_ctrl# tran_t trav_t_set "
            "travel_calibra# travel_t travel_t#"
        ),
        "other": ("firstpin_pin l_pin m_pin secpin_pin"),
        "uart": ("baud series_baud wifi_bdrate"),
        "old": ("sw"),
    }
)

PREFIXES: Mapping[str, str] = MappingProxyType(
    {
        "light": ("bri comb hsv laser leis mix night prodsp rgbto scene temp work"),
        "options": ("door_ ntc pmem voice_ctrl wf"),
    }
)

SUFFIXES: Mapping[str, str] = MappingProxyType(
    {
        "light": ("err"),
        "level": ("_lv"),
    }
)
