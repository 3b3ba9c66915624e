// Written by tools/generate_docs.py from schema/plugsmith-1.schema.json; do not edit.

/** A piece of work starts; `total` in `unit` (usually bytes), None if unknown. */
export type TaskBeginLine = {
  "schema": "plugsmith/1";
  "type": "task_begin";
  "task": string;
  "title": string;
  "total"?: number;
  "unit": string;
};

/** `done` of `total`; `rate` in units a second and `left_s` seconds where they are known. */
export type ProgressLine = {
  "schema": "plugsmith/1";
  "type": "progress";
  "task": string;
  "done": number;
  "total"?: number;
  "rate"?: number;
  "left_s"?: number;
  "data"?: Record<string, unknown>;
};

/** The work of `task` ended; `summary` is a sentence for people. */
export type TaskEndLine = {
  "schema": "plugsmith/1";
  "type": "task_end";
  "task": string;
  "ok": boolean;
  "seconds": number;
  "summary": string;
};

/** Something the user should know that does not stop the work. */
export type WarningLine = {
  "schema": "plugsmith/1";
  "type": "warning";
  "code": string;
  "message": string;
  "hint": string;
  "data": Record<string, unknown>;
};

/** A remark for people; `level` is info, detail, or device for a line that one printed. */
export type LogLine = {
  "schema": "plugsmith/1";
  "type": "log";
  "message": string;
  "level": string;
};

/** The outcome for one of many inputs: its own `data` or `error`. */
export type ItemLine = {
  "schema": "plugsmith/1";
  "type": "item";
  "name": string;
  "data"?: Record<string, unknown>;
  "error"?: Record<string, unknown>;
};

/** A service can be used now; `url` is the link of a page, with its key in the fragment. */
export type ReadyLine = {
  "schema": "plugsmith/1";
  "type": "ready";
  "port": string;
  "uart_port"?: string;
  "log_port"?: string;
  "boot"?: string;
  "url"?: string;
};

/** A question to the user (`form` is its `kind`); the face answers through the session. */
export type AskLine = {
  "schema": "plugsmith/1";
  "type": "ask";
  "id": string;
  "kind": "confirm" | "choice" | "text" | "secret" | "file";
  "question": string;
  "choices"?: (string)[];
  "file"?: string;
};

/** The question `id` is no longer open: somebody answered it. */
export type AnsweredLine = {
  "schema": "plugsmith/1";
  "type": "answered";
  "id": string;
};

/** The last line of a command that ended well. */
export type ResultLine = {
  "schema": "plugsmith/1";
  "type": "result";
  "command": string;
  "data": unknown;
};

/** The last line of a command that failed. */
export type ErrorLine = {
  "schema": "plugsmith/1";
  "type": "error";
  "code": string;
  "exit": number;
  "message": string;
  "hint": string;
  "data": Record<string, unknown>;
};

export type Line = TaskBeginLine | ProgressLine | TaskEndLine | WarningLine | LogLine | ItemLine | ReadyLine | AskLine | AnsweredLine | ResultLine | ErrorLine;

/** Backups, the latest first, and behind them those that other programs read. */
export type BackupsBackupsResult = {
  "backups": (BackupsStoredBackup)[];
  "checked": boolean;
};

/** What was copied where. */
export type BackupsExportResult = {
  "folder": string;
  "exported": (BackupsExportedBackup)[];
};

/** A copy of a backup and the files that belong to it. */
export type BackupsExportedBackup = {
  "name": string;
  "files": (string)[];
  "sha256": string;
};

/** The backup with the label and note that it has now. */
export type BackupsLabelResult = {
  "name": string;
  "label": string | null;
  "note": string | null;
};

/** What went, or with a dry run would go; `freed` in bytes. */
export type BackupsPruneResult = {
  "removed": (BackupsPrunedBackup)[];
  "kept": number;
  "freed": number;
  "dry_run": boolean;
};

/** A backup that the rules give up; `size` in bytes of all its files. */
export type BackupsPrunedBackup = {
  "name": string;
  "created": string;
  "mac": string | null;
  "size": number;
};

/** A backup of the library. */
export type BackupsStoredBackup = {
  "name": string;
  "file": string;
  "created": string;
  "chip": string;
  "size": number;
  "mac": string | null;
  "label": string | null;
  "note": string | null;
  "state": string;
  "first": boolean;
  "program"?: string;
  "proof"?: string;
};

/** `backup --via`: sizes in bytes; `chip` and `mac` as the user or the program named them. */
export type BridgeViaBackupResult = {
  "file": string;
  "sha256": string;
  "size": number;
  "passport": string;
  "proof": string;
  "seconds": number;
  "program": string;
  "chip": string | null;
  "mac": string | null;
};

/** `flash --via`: `writes` are the ranges that change; `verified` is false for a dry run only. */
export type BridgeViaFlashResult = {
  "program": string;
  "chip": string | null;
  "mac": string | null;
  "image": BridgeViaImageRow;
  "backup": WireBackupRow | null;
  "writes": (WireSpanRow)[];
  "checks": (WireCheckRow)[];
  "verified": boolean;
  "undo": string;
  "seconds": number;
  "notes": (string)[];
};

/** The file that another program writes, by its content; `chips` that it is for. */
export type BridgeViaImageRow = {
  "file": string;
  "kind": string;
  "chips": (string)[];
  "size": number;
  "sha256": string;
};

/** The chip (None unless known), how sure it is, which are likely, and why it is not sure. */
export type CatalogueChipClaim = {
  "name": string | null;
  "certainty": "known" | "likely" | "foreign" | "unknown";
  "likely": (string)[];
  "reason": string | null;
};

/** `template contribute`: the entry, what speaks about it, its text, the files written. */
export type CatalogueContributeResult = {
  "entry": Record<string, unknown>;
  "findings": (DeviceRuleFinding)[];
  "text": string;
  "written": (string)[];
};

/** Something that was put right while importing. */
export type CatalogueCorrectionRow = {
  "rule": string;
  "text": string;
};

/** A kind of correction and how often it was needed. */
export type CatalogueCountedRule = {
  "rule": string;
  "count": number;
  "text": string;
};

/** `template show`; `rejected` is the reason why an entry cannot be used, or empty. */
export type CatalogueEntryResult = {
  "id": string;
  "vendor": string;
  "name": string;
  "model": string;
  "chip": string;
  "board": string;
  "meter": string;
  "relays": number;
  "score": number;
  "source": string;
  "why": (string)[];
  "title": string;
  "kind": string;
  "licence": string;
  "keywords": (string)[];
  "product_keys": (string)[];
  "links": Record<string, string>;
  "rejected": string;
  "template": Record<string, unknown>;
  "config": Record<string, unknown> | null;
  "text": string;
  "corrections": (CatalogueCorrectionRow)[];
  "findings": (DeviceRuleFinding)[];
};

/** `template export`; `written` are the paths, empty where it was only shown. */
export type CatalogueExportResult = {
  "format": string;
  "files": (CatalogueFileRow)[];
  "written": (string)[];
  "chip": CatalogueChipClaim;
  "chip_is_certain": boolean;
  "foreign": boolean;
  "variant": (CatalogueVariantNeed)[];
  "notes": (string)[];
  "tolerated": (string)[];
};

/** A file of an export. */
export type CatalogueFileRow = {
  "name": string;
  "media_type": string;
  "text": string;
};

/** A device of the catalogue; `score` is 0 to 1, `why` are sentences. */
export type CatalogueHitRow = {
  "id": string;
  "vendor": string;
  "name": string;
  "model": string;
  "chip": string;
  "board": string;
  "meter": string;
  "relays": number;
  "score": number;
  "source": string;
  "why": (string)[];
};

/** `template update --from`: counts of entries, corrections by rule, rejections by reason. */
export type CatalogueImportResult = {
  "source": string;
  "total": number;
  "usable": number;
  "added": number;
  "changed": number;
  "unchanged": number;
  "removed": number;
  "corrections": Record<string, number>;
  "rejected": Record<string, number>;
  "location": string;
  "licence": string;
  "fetched": string;
  "version": string;
  "unreadable": (string)[];
  "corrections_list": (CatalogueCountedRule)[];
};

/** `template lint`. */
export type CatalogueLintResult = {
  "findings": (DeviceRuleFinding)[];
};

/** A list in the catalogue; the counts are absent where its import is not on record. */
export type CatalogueListRow = {
  "source"?: string;
  "total"?: number;
  "usable"?: number;
  "added"?: number;
  "changed"?: number;
  "unchanged"?: number;
  "removed"?: number;
  "corrections"?: Record<string, number>;
  "rejected"?: Record<string, number>;
  "name": string;
  "kind": string;
  "location": string;
  "licence": string;
  "fetched": string;
};

/** `template update` without an origin. */
export type CatalogueListsResult = {
  "sources": (CatalogueListRow)[];
  "hint": string;
};

/** `template match`. */
export type CatalogueMatchResult = {
  "device": string;
  "hits": (CatalogueHitRow)[];
  "close": boolean;
  "verdict": string;
  "unusual": (string)[];
  "hint": string;
};

/** `template search`; `hint` says how to get more devices while only the shipped are there. */
export type CatalogueSearchResult = {
  "hits": (CatalogueHitRow)[];
  "more": boolean;
  "hint": string;
};

/** A driver that the plain build of OpenBeken lacks, with the variants that have it. */
export type CatalogueVariantNeed = {
  "driver": string;
  "variants": (string)[];
  "certain": boolean;
  "text": string;
};

/** `demo`: the steps as they happened, where the backup lies, how to undo it. */
export type DemoDemoResult = {
  "steps": (DemoDemoStep)[];
  "backup": string;
  "undo": string;
  "folder": string;
  "chip": string;
  "verified": boolean;
  "booted": boolean | null;
  "template": Record<string, unknown> | null;
  "boot_check": string | null;
  "applied": (string)[];
  "relay": boolean;
  "power_w": number;
  "voltage_v": number;
  "seconds": number;
};

/** A step and what came of it, both for people. */
export type DemoDemoStep = {
  "step": string;
  "outcome": string;
};

/** How a device gets on with its broker; `detail` is the firmware's own word. */
export type DeviceBrokerReport = {
  "state": "not configured" | "connected" | "wrong user or password" | "refused" | "unreachable" | "not connected yet" | null;
  "detail": string;
};

/** `device calibrate`: factors by quantity (voltage, current, power; 0 is the default). */
export type DeviceCalibrated = {
  "host": string;
  "chip": string;
  "mac": string | null;
  "meter": string;
  "factors_before": Record<string, number>;
  "factors": Record<string, number>;
  "applied": (string)[];
  "verified": boolean;
  "undo": string;
  "references"?: Record<string, number>;
  "before"?: Record<string, number>;
  "after"?: Record<string, number>;
};

/** A device that was set up: `applied` and `planned` are names of settings. */
export type DeviceChangedDevice = {
  "host": string;
  "name": string | null;
  "chip": string;
  "mac": string | null;
  "applied": (string)[];
  "planned"?: (string)[];
  "verified": boolean;
  "undo": string;
  "dry_run"?: boolean;
  "skipped"?: string;
  "mqtt"?: DeviceBrokerReport;
  "update"?: DeviceUpdateDone;
};

/** What a device says about itself, secrets masked. `pins` are texts by GPIO, as OpenBeken's. */
export type DeviceDeviceInfo = {
  "ip": string;
  "name": string;
  "chip": string;
  "version": string | null;
  "variant": string | null;
  "mac": string | null;
  "uptime": number;
  "host": string;
  "build": string;
  "drivers": (string)[];
  "mqtt": "not configured" | "connected" | "wrong user or password" | "refused" | "unreachable" | "not connected yet" | null;
  "mqtt_detail": string;
  "rssi": number | null;
  "long_name": string;
  "pins": Record<string, string>;
  "flags": string;
  "flag_numbers": (number)[];
  "flag_names": Record<string, string>;
  "startup_command": string;
  "meter": LanReading | null;
  "settings": Record<string, unknown>;
};

/** A device among several: `uptime` in seconds, `rssi` in dBm. */
export type DeviceDeviceRow = {
  "host": string;
  "name": string;
  "chip": string;
  "version": string | null;
  "variant": string | null;
  "mac": string | null;
  "uptime": number;
  "rssi": number | null;
  "mqtt": "not configured" | "connected" | "wrong user or password" | "refused" | "unreachable" | "not connected yet" | null;
  "meter": LanReading | null;
};

/** `device pins`: what was found, and the template that follows from it, in OpenBeken's words. */
export type DeviceExaminedPins = {
  "host": string;
  "chip": string;
  "mac": string | null;
  "findings": (DevicePinRow)[];
  "template": Record<string, unknown>;
  "notes": (string)[];
  "restored": boolean;
  "applied": (string)[];
  "verified": boolean;
  "file"?: string;
  "name"?: string;
  "planned"?: (string)[];
  "undo"?: string;
  "mqtt"?: DeviceBrokerReport;
};

/** `device calibrate --from-dump`: the vendor's numbers as they are stored; nothing is set. */
export type DeviceFactoryMetering = {
  "file": string;
  "measure_coe": (number)[] | null;
  "words_at_0x1d5000": (number)[] | null;
  "equal": boolean | null;
  "applied": (string)[];
  "verified": boolean;
  "notes": (string)[];
};

/** A device that a scan found. `state`: ok, locked or safe-mode; then nothing else is known. */
export type DeviceFoundRow = {
  "ip": string;
  "name": string | null;
  "chip": string | null;
  "version": string | null;
  "variant": string | null;
  "mac": string | null;
  "uptime": number | null;
  "build": string | null;
  "port": number;
  "state": string;
  "same_mac": boolean;
  "placeholder_mac": boolean;
  "rssi": number | null;
};

/** `device info` of several: those that answered, in the order in which they were named. */
export type DeviceInfoCounts = {
  "devices": number;
  "done": number;
  "skipped": number;
  "failed": number;
  "exit_code": number;
  "changed"?: number;
  "dry_run"?: boolean;
  "would_change"?: number;
  "table": (DeviceDeviceRow)[];
};

/** `device backup`: what was kept of one device, and in which `folder`. */
export type DeviceKeptDevice = {
  "host": string;
  "folder": string;
  "chip": string;
  "mac": string | null;
  "version": string | null;
  "files": Record<string, DeviceKeptFile>;
  "stored_files": number;
  "full": boolean;
  "problems": (string)[];
  "complete": boolean;
  "removed"?: (string)[];
};

/** A file of a kept folder; `name` is its own name where ours had to differ. */
export type DeviceKeptFile = {
  "size": number;
  "sha256": string;
  "name"?: string;
};

/** What one pin turned out to be; `pulses_per_s` of a meter's pin. */
export type DevicePinRow = {
  "gpio": number;
  "kind": "relay" | "led" | "button" | "pulses" | "nothing";
  "active_low": boolean;
  "pulses_per_s": number;
};

/** One finding; `pin` is a GPIO number or None, `text` and `fix` are sentences. */
export type DeviceRuleFinding = {
  "rule": string;
  "level": "error" | "warning" | "info";
  "pin": number | null;
  "text": string;
  "fix": string;
};

/** How the work on several devices ended; `exit_code` is the highest among them. */
export type DeviceRunCounts = {
  "devices": number;
  "done": number;
  "skipped": number;
  "failed": number;
  "exit_code": number;
  "changed"?: number;
  "dry_run"?: boolean;
  "would_change"?: number;
};

/** `device scan`: the contract's result is the list itself. */
export type DeviceScanResult = (DeviceFoundRow)[];

/** The same for updates; `not_started` counts those that a failure kept from being begun. */
export type DeviceUpdateCounts = {
  "devices": number;
  "done": number;
  "skipped": number;
  "failed": number;
  "exit_code": number;
  "changed"?: number;
  "dry_run"?: boolean;
  "would_change"?: number;
  "not_started": number;
};

/** The versions of an update; `files`: kept, restored, or none where there were none. */
export type DeviceUpdateDone = {
  "from": string | null;
  "to": string;
  "files": string;
};

/** A device that got, or would get, another firmware; `files` as in `UpdateDone`. */
export type DeviceUpdatedDevice = {
  "host": string;
  "name": string | null;
  "chip": string;
  "mac": string | null;
  "from": string | null;
  "to": string;
  "updated": boolean;
  "verified": boolean;
  "files": string;
  "dry_run"?: boolean;
  "would_change"?: boolean;
  "skipped"?: string;
};

/** Bytes of the copy in each of four classes; together they are its size. */
export type DumpAreaSizes = {
  "code": number;
  "structure": number;
  "searched": number;
  "unread": number;
};

/** Whether the file can be put back on a device; sentences and stable words of the reasons. */
export type DumpBackupAnswer = {
  "verdict": boolean;
  "level": "whole" | "restorable" | "none";
  "because": (string)[];
  "reasons": (string)[];
  "checks": (DumpCheckRow)[];
};

/** One check on the file as a backup: its stable name, how it ended, what was seen. */
export type DumpCheckRow = {
  "name": string;
  "outcome": "passed" | "lost" | "failed";
  "text": string;
};

/** One thing that is wrong, as a stable word and as a sentence. */
export type DumpDamageRow = {
  "what": "rotated" | "shifted" | "bytes-lost" | "sectors-moved" | "truncated" | "firmware-image" | "trailing-bytes" | "bootloader-missing" | "bootloader-damaged" | "application-missing" | "application-damaged" | "application-incomplete" | "rf-missing" | "storage-missing" | "storage-damaged" | "key-missing" | "blank" | "not-a-flash" | "parts-do-not-match";
  "text": string;
};

/** `dump diff`; places are flash addresses where both files are in order. */
export type DumpDiffResult = {
  "equal": boolean;
  "a": DumpSideRow;
  "b": DumpSideRow;
  "regions": (DumpRegionDifference)[];
  "records": (DumpRecordChange)[];
};

/** `dump extract`; `withheld` are the kinds of parts that could not be proven harmless. */
export type DumpExtractResult = {
  "folder": string;
  "files": (DumpExtractedFile)[];
  "secrets": boolean;
  "withheld": (string)[];
};

/** A file below the folder; `facts` say what is known about its content. */
export type DumpExtractedFile = {
  "file": string;
  "size": number;
  [other: string]: unknown;
};

/** What would run; `key` of its code, `boot_code` in front of it, the vendor's own ids. */
export type DumpFirmwareRow = {
  "name": string;
  "version": string | null;
  "key": string | null;
  "boot_code": string | null;
  "vendor": Record<string, string>;
};

/** `dump forge`; `canaries` counts the made-up secrets in the file. */
export type DumpForgeResult = {
  "file": string;
  "sha256": string;
  "size": number;
  "contains": (string)[];
  "canaries": number;
};

/** `dump info`; `via` where another program read the file. */
export type DumpInfoResult = {
  "file": string;
  "size": number;
  "sha256": string;
  "kind": "factory" | "openbeken" | "esphome" | "storage-only" | "other-vendor" | "partial" | "blank" | "random" | "unknown";
  "looks_like": string | null;
  "chip": string | null;
  "chip_evidence": (string)[];
  "flash_size": number | null;
  "layout": DumpLayoutRow;
  "firmware": DumpFirmwareRow | null;
  "mac": string | null;
  "regions": (DumpRegionRow)[];
  "secrets": DumpSecretKinds;
  "secrets_looked_for": "all" | "partly" | "no";
  "damage": (DumpDamageRow)[];
  "usable_as_backup": DumpBackupAnswer;
  "via"?: DumpViaReadRow;
};

/** `dump config` for one input, with a line about the known device that it is like. */
export type DumpKnownConfig = {
  "status": "found" | "serial-mcu" | "compiled-in" | "none";
  "confidence": "proven" | "strong" | "weak" | "guess" | null;
  "text": string | null;
  "text_sha256": string | null;
  "config": unknown;
  "module": string | null;
  "chip": string | null;
  "source": InterpretSourceRow | null;
  "alternatives": (InterpretAlternativeRow)[];
  "pins": (InterpretPinRow)[];
  "template": Record<string, unknown> | null;
  "notes": (string)[];
  "provenance": InterpretProvenanceRow;
  "device": InterpretProductRow;
  "reason"?: "storage-missing" | "storage-damaged" | "key-lost" | "erased" | "other-vendor";
  "findings"?: (DeviceRuleFinding)[];
  "autoexec"?: (string)[];
  "baud"?: number;
  "tolerated"?: (string)[];
  "looks_like": string | null;
};

/** How the file lies against the flash: bytes of rotation and shift, address of its start. */
export type DumpLayoutRow = {
  "rotation": number;
  "shift": number;
  "start": number;
  "complete": boolean;
  "trailing": number;
};

/** The three statements that a clean copy is written for. */
export type DumpProofRow = {
  "records_intact": boolean;
  "pin_text_identical": boolean;
  "secrets_left": number;
};

/** A record or file that was added, removed or changed; `fields` are names, never values. */
export type DumpRecordChange = {
  "name": string;
  "kind": string;
  "change": string;
  "fields": (string)[];
};

/** `dump records`. */
export type DumpRecordsResult = {
  "records": (DumpStoredRow)[];
};

/** A region in which `differing` bytes in `sectors` sectors are not equal. */
export type DumpRegionDifference = {
  "name": string;
  "start": number;
  "end": number;
  "differing": number;
  "sectors": number;
};

/** A stretch of the file; `start` and `end` are file offsets, `address` is in flash. */
export type DumpRegionRow = {
  "name": string;
  "start": number;
  "end": number;
  "address": number | null;
  "sound": boolean;
  "texture"?: string;
  "entropy"?: number;
  [other: string]: unknown;
};

/** `count` things of one kind were taken out of one kind of place. */
export type DumpRemovedRow = {
  "what": "wifi-name" | "wifi-password" | "wifi-key" | "wifi-cache" | "access-point" | "cloud-token" | "cloud-key" | "device-id" | "pairing-pin" | "mac" | "region" | "unknown-field" | "unknown-record" | "old-pages" | "leftover" | "log" | "openbeken-setting" | "openbeken-files" | "unreadable-sector" | "copy";
  "where": string;
  "count": number;
};

/** `dump repair`; `sanitized`: the copy is also free of secrets. */
export type DumpRepairResult = {
  "file": string;
  "sha256": string;
  "size": number;
  "sanitized": boolean;
  "done": (DumpRepairStep)[];
  "left": (DumpDamageRow)[];
};

/** One repair and its size in bytes. */
export type DumpRepairStep = {
  "what": "rotation" | "shift" | "missing-front" | "lost-bytes" | "extra-bytes" | "trailing-bytes";
  "amount": number;
};

/** `dump sanitize`; `searches`: how many values were looked for, none of them found. */
export type DumpSanitizeResult = {
  "file": string;
  "sha256": string;
  "removed": (DumpRemovedRow)[];
  "proof": DumpProofRow;
  "kept": (string)[];
  "unread": (DumpUnreadRow)[];
  "areas": DumpAreaSizes;
  "searches": number;
  "summary": string;
};

/** Which kinds of secrets are in the file, never the secrets; None: nobody could look. */
export type DumpSecretKinds = {
  "wifi": boolean | null;
  "cloud": boolean | null;
  "device": boolean | null;
};

/** One of two files that are compared. */
export type DumpSideRow = {
  "kind": "factory" | "openbeken" | "esphome" | "storage-only" | "other-vendor" | "partial" | "blank" | "random" | "unknown";
  "chip": string | null;
  "size": number;
};

/** One record or file; `value` is text, or hexadecimal digits where `encoding` says so. */
export type DumpStoredRow = {
  "name": string;
  "kind": string;
  "live": boolean;
  "offset": number;
  "checks": (string)[];
  "redacted"?: (string)[];
  "value"?: string;
  "encoding"?: string;
};

/** A stretch that nobody understands, `end` not included; it was `blanked`, or it `stays`. */
export type DumpUnreadRow = {
  "start": number;
  "end": number;
  "state": string;
};

/** What the passport says of a flash that `program` read; None where nobody told. */
export type DumpViaReadRow = {
  "program": string;
  "chip": string | null;
  "mac": string | null;
  "created": string;
  "proof": string;
  "unchanged": boolean;
  "restore": string;
};

/** What is on an adapter that was asked; `answers`: a boot code of a Beken chip can be reached. */
export type FlowsAnswerRow = {
  "heard": "chip" | "silence" | "echo" | "boot-text" | "openbeken-console" | "tuya-mcu" | "other-chip" | "text" | "line-low" | "noise" | "reset-loop" | "answers-lost" | "slow-network" | "telnet" | "writes-stuck" | "server-closes" | "port-taken" | "port-lost" | "no-adapter" | null;
  "text": string;
  "answers": boolean;
  "next_step": string;
  "chip"?: string;
  "code"?: string;
};

/** A device that answers in the network after it was flashed; `url` is its own page. */
export type FlowsArrivedDevice = {
  "host": string;
  "mac": string | null;
  "name": string;
  "version": string | null;
  "url": string;
};

/** One of many files in a line: which of these are there depends on the verb. */
export type FlowsFileLine = {
  "name": string;
  "state"?: string;
  "status"?: string;
  "kind"?: string;
  "verdict"?: string;
  "crc"?: string;
  "confidence"?: string;
  "module"?: string;
  "chip"?: string;
  "reason"?: string;
  "looks_like"?: string;
  "firmware"?: string;
  "version"?: string | number;
  "count"?: number;
  "folder"?: string;
  "file"?: string;
  "rules"?: string;
};

/** How many files gave what; one line each. `exit_code` is the highest among them. */
export type FlowsManyResult = {
  "files": number;
  "counts": Record<string, number>;
  "items": (FlowsFileLine)[];
  "exit_code": number;
};

/** Such a chip, and who frees it; empty texts are not known. */
export type FlowsOtherChipRow = {
  "name": string;
  "firmware": (string)[];
  "tool": string;
  "install": string;
  "backup": string;
  "flash": string;
};

/** A local serial port; `vid` and `pid` are four hexadecimal digits. */
export type FlowsPortRow = {
  "device": string;
  "maker": string | null;
  "product": string | null;
  "vid": string | null;
  "pid": string | null;
  "serial": string | null;
  "in_use_by": string | null;
  "picked": boolean;
  "answer"?: FlowsAnswerRow;
};

/** `ports`; `picked` is used when no port is named. */
export type FlowsPortsResult = {
  "ports": (FlowsPortRow)[];
  "picked": string | null;
};

/** `device command --ha-discovery`: `topics` are those that were heard, if it was `checked`. */
export type HouseAnnouncedDevice = {
  "host": string;
  "prefix": string;
  "queued": boolean;
  "checked": boolean;
  "topics": (string)[];
};

/** `device command`: what the device answered, whatever that is; secrets are hidden. */
export type HouseCommandAnswer = {
  "host": string;
  "answer": unknown;
};

/** `device files get`: `stored` is its place on this computer. */
export type HouseFetchedFile = {
  "host": string;
  "file": string;
  "size": number;
  "stored": string;
};

/** `device files list`: `size` is the room in bytes; `runs_at_start` are scripts. */
export type HouseFileListing = {
  "host": string;
  "files": (HouseFileRow)[];
  "size": number;
  "used": number;
  "runs_at_start": (string)[];
};

/** A file of a device; `size` in bytes. */
export type HouseFileRow = {
  "name": string;
  "size": number;
};

/** `device pins --lights`: the `settings` that make a lamp's colours right. */
export type HouseLampColours = {
  "host": string;
  "chip": string;
  "mac": string | null;
  "settings": Record<string, unknown>;
  "notes": (string)[];
  "restored": boolean;
  "applied": (string)[];
  "verified": boolean;
  "name"?: string;
  "planned"?: (string)[];
  "undo"?: string;
  "mqtt"?: DeviceBrokerReport;
};

/** Every device that was seen. */
export type HouseListResult = {
  "devices": (HouseSeenRow)[];
};

/** `device logs`: how many lines; they are events themselves. */
export type HouseLogRead = {
  "host": string;
  "lines": number;
};

/** Wanted against real; exit code 8 when anything differs or is missing. */
export type HousePlanResult = {
  "roll": string;
  "devices": (HousePlanRow)[];
  "not_in_roll": (string)[];
};

/** A device of the roll. `state`: as wanted, differs, missing, skipped or failed. */
export type HousePlanRow = {
  "number": number;
  "mac": string;
  "name": string;
  "place": string;
  "host": string | null;
  "state": string;
  "differs": (string)[];
  "version": string | null;
  "wanted_version": string | null;
  "problem": string;
};

/** A data point as it was heard: its usual `name` and `unit`, and its `last` value. */
export type HousePointRow = {
  "number": number;
  "kind": "bool" | "value" | "enum" | "string" | "bitmap" | "raw";
  "name": string;
  "unit": string;
  "last": number | null;
};

/** `device info --data-points`: what a serial MCU said. */
export type HousePointsHeard = {
  "host": string;
  "chip": string;
  "mac": string | null;
  "looks_like": string;
  "points": (HousePointRow)[];
  "openbeken": (string)[];
  "esphome": string;
};

/** `device files remove`; `removed`: it is not listed any more. */
export type HouseRemovedFile = {
  "host": string;
  "file": string;
  "removed": boolean;
};

/** `device restart`: seconds since its last start, before and after. */
export type HouseRestartedDevice = {
  "host": string;
  "name": string;
  "up_before": number;
  "up_now": number;
};

/** `device restore`: `applied` and `planned` are names of settings. */
export type HouseRestoredDevice = {
  "host": string;
  "name": string | null;
  "chip": string;
  "mac": string | null;
  "applied": (string)[];
  "planned": (string)[];
  "files": string;
  "left": (string)[];
  "verified": boolean;
  "undo": string;
  "dry_run"?: boolean;
};

/** `device apply --roll`: `missing` are MACs that did not answer. */
export type HouseRollCounts = {
  "devices": number;
  "done": number;
  "skipped": number;
  "failed": number;
  "exit_code": number;
  "changed"?: number;
  "dry_run"?: boolean;
  "would_change"?: number;
  "not_started": number;
  "missing": (string)[];
  "other_version": (string)[];
};

/** A roll that was written. */
export type HouseRollResult = {
  "file": string;
  "devices": number;
  "left_out": (string)[];
};

/** A device that was seen. `alarm` says what is odd: its MAC twice, or a placeholder. */
export type HouseSeenRow = {
  "mac": string;
  "host": string;
  "name": string;
  "chip": string;
  "version": string | null;
  "newest": string | null;
  "outdated": boolean;
  "uptime": number | null;
  "rssi": number | null;
  "mqtt": string | null;
  "seen": string;
  "answers": boolean | null;
  "last_backup": string | null;
  "last_change": string | null;
  "alarm": string;
};

/** `device files put`; `verified`: read back and equal. */
export type HouseSentFile = {
  "host": string;
  "file": string;
  "size": number;
  "verified": boolean;
};

/** A file of a release; `size` in bytes. */
export type ImageAssetRow = {
  "name": string;
  "size": number;
  "cached": boolean;
};

/** `image boot`; `boots` is None where the run does not tell. Times in seconds. */
export type ImageBootResult = {
  "chip": string;
  "boots": boolean | null;
  "reached": string;
  "firmware": string | null;
  "instructions": number;
  "seconds": number;
  "emulated_seconds": number;
  "resets": number;
  "faults": (string)[];
  "meaning": string;
  "log": string;
};

/** `image convert`: the file that was made, looked at again. */
export type ImageConvertResult = {
  "file": string;
  "sha256": string;
  "size": number;
  "from": ImageOriginRow;
  "image": ImageImageRow;
};

/** A pin that firmware set up; `first_s` is emulated time. */
export type ImageEmulatedPin = {
  "gpio": number;
  "modes": (string)[];
  "pwm": boolean;
  "levels": (number)[];
  "first_s": number;
};

/** `image fetch`: the file and what it is; `digest` is ok or not-published. */
export type ImageFetchedFile = {
  "repo": string;
  "listed": string;
  "releases": (ImageReleaseRow)[];
  "file": string | null;
  "asset": string;
  "version": string;
  "sha256": string;
  "size": number;
  "url": string;
  "digest": string;
  "downloaded": boolean;
  "image": ImageImageRow | null;
};

/** `dump gpio`; a pin that is not listed is unknown, not unused. */
export type ImageGpioResult = {
  "chip": string;
  "reached": string;
  "instructions": number;
  "seconds": number;
  "pins": (ImageEmulatedPin)[];
  "complete": boolean;
  "meaning": string;
};

/** One thing worth telling; `text` is a whole sentence, `at` an offset in the file. */
export type ImageImageFinding = {
  "code": string;
  "level": "problem" | "note";
  "text": string;
  "at": number | null;
};

/** `image info`. */
export type ImageImageInfo = {
  "file"?: string;
  "name_doubts"?: (string)[];
  "kind": "qio" | "app" | "ota" | "bootloader" | "full-dump" | "flash-start" | "uf2" | "unknown";
  "chip": string | null;
  "chips": (string)[];
  "key": "tuya" | "none" | "other" | "hidden" | "unknown" | null;
  "firmware": string | null;
  "version": string | null;
  "writes": (ImageSpanRow)[];
  "checks": Record<string, "ok" | "failed" | "missing" | "not-checked">;
  "problems": (string)[];
  "notes": (string)[];
  "findings": (ImageImageFinding)[];
  "boot_code": string | null;
  "project": string | null;
  "built_for": string | null;
  "form": "stored" | "plain-code" | "packed";
  "size": number;
  "sha256": string;
};

/** A firmware file by its content; `problems` speak against writing it, `notes` do not. */
export type ImageImageRow = {
  "file"?: string;
  "name_doubts"?: (string)[];
  "kind": "qio" | "app" | "ota" | "bootloader" | "full-dump" | "flash-start" | "uf2" | "unknown";
  "chip": string | null;
  "chips": (string)[];
  "key": "tuya" | "none" | "other" | "hidden" | "unknown" | null;
  "firmware": string | null;
  "version": string | null;
  "writes": (ImageSpanRow)[];
  "checks": Record<string, "ok" | "failed" | "missing" | "not-checked">;
  "problems": (string)[];
  "notes": (string)[];
  "findings": (ImageImageFinding)[];
  "boot_code": string | null;
  "project": string | null;
  "built_for": string | null;
  "form": "stored" | "plain-code" | "packed";
  "size": number;
  "sha256": string;
};

/** The file that another one was made of. */
export type ImageOriginRow = {
  "file": string;
  "kind": "qio" | "app" | "ota" | "bootloader" | "full-dump" | "flash-start" | "uf2" | "unknown";
};

/** `image fetch` without a wanted file: the releases, newest first, as of `listed`. */
export type ImageReleaseList = {
  "repo": string;
  "listed": string;
  "releases": (ImageReleaseRow)[];
  "file": string | null;
};

/** A release; `published` as its server writes it. */
export type ImageReleaseRow = {
  "version": string;
  "published": string;
  "prerelease": boolean;
  "assets": (ImageAssetRow)[];
};

/** `length` bytes that belong at the physical address `start`. */
export type ImageSpanRow = {
  "start": number;
  "length": number;
};

/** Another text of the file; `about` says what it is beside the answer. */
export type InterpretAlternativeRow = {
  "kind": "kv-live" | "kv-stale" | "file" | "carved" | "joined" | "firmware-default";
  "offset": number;
  "flash_offset"?: number;
  "checks": ("crc7" | "value-sum" | "sector-sum" | "file-table" | "second-copy" | "log-lines")[];
  "standing"?: "live" | "beside" | "older" | "leftover";
  "repaired_bits"?: number;
  "pieces"?: (InterpretPieceRow)[];
  "text": string;
  "about"?: string;
  "config": unknown;
};

/** Which copy a key of the text was read from, where it stands, and what that copy passed. */
export type InterpretKeyPlace = {
  "key": string;
  "copy": "kv-live" | "kv-stale" | "file" | "carved" | "joined" | "firmware-default";
  "offset": number;
  "flash_offset"?: number;
  "checks": ("crc7" | "value-sum" | "sector-sum" | "file-table" | "second-copy" | "log-lines")[];
};

/** A key that opened a store, and where it was found. */
export type InterpretKeyRow = {
  "origin": "key-block" | "protected-sector" | "repaired-key-block" | "weak-candidate" | "two-halves" | "known-key";
  "offset": number | null;
};

/** What else a pin may be. */
export type InterpretOtherUse = {
  "role": string | null;
  "reason": string;
};

/** `length` bytes of a text from position `at` on, and where they lie. */
export type InterpretPieceRow = {
  "at": number;
  "length": number;
  "offset": number;
  "flash_offset"?: number;
};

/** A pin in OpenBeken's words, as sentences, and with the keys of the vendor's text. */
export type InterpretPinRow = {
  "gpio": number;
  "role": string | null;
  "channel": number | null;
  "channel2": number | null;
  "from": (string)[];
  "text": string;
  "why": string;
  "alternatives"?: (InterpretOtherUse)[];
  "where"?: (InterpretKeyPlace)[];
};

/** What other records say; nothing in it is a secret. `ids` are the vendor's. */
export type InterpretProductRow = {
  "platform": string | null;
  "chip_evidence": string | null;
  "uart"?: InterpretUartRow;
  [other: string]: unknown;
};

/** Where everything comes from; `origin` is the flash address of the file's first byte. */
export type InterpretProvenanceRow = {
  "copies": (InterpretSourceRow)[];
  "keys": (InterpretKeyRow)[];
  "store": InterpretStoreRow;
  "origin": number;
};

/** A place that a text comes from; `offset` in the file, `flash_offset` where they differ. */
export type InterpretSourceRow = {
  "kind": "kv-live" | "kv-stale" | "file" | "carved" | "joined" | "firmware-default";
  "offset": number;
  "flash_offset"?: number;
  "checks": ("crc7" | "value-sum" | "sector-sum" | "file-table" | "second-copy" | "log-lines")[];
  "standing"?: "live" | "beside" | "older" | "leftover";
  "repaired_bits"?: number;
  "pieces"?: (InterpretPieceRow)[];
};

/** What is left of the vendor's store. */
export type InterpretStoreRow = {
  "offset": number | null;
  "generation": string | null;
  "sectors": number;
  "sound_sectors": number;
  "complete": boolean;
  "sound": boolean;
};

/** How the other controller of a device talks. */
export type InterpretUartRow = {
  "baud": number;
};

/** One look at the meter: volts, amperes, watts, power factor; watt-hours in all. */
export type LanReading = {
  "voltage": number;
  "current": number;
  "power": number;
  "factor": number;
  "energy_wh": number;
};

/** A setting in force. `source`: command line, environment, file or default. */
export type OwnConfigRow = {
  "name": string;
  "value": string | number | boolean | null;
  "source": string;
  "where": string;
};

/** The configuration file and every setting; `where`: the variable, or file and line. */
export type OwnConfigShown = {
  "file": string;
  "exists": boolean;
  "settings": (OwnConfigRow)[];
};

/** The archive; `searched` texts were looked through, `secrets_left` is always 0. */
export type OwnSupportResult = {
  "file": string;
  "verb": string;
  "exit_code": number;
  "error": string | null;
  "members": (string)[];
  "searched": number;
  "secrets_left": number;
};

/** The sectors of a chip or a file; `chip` as far as it is known. */
export type RfRfResult = {
  "source": string;
  "chip": string | null;
  "sectors": (RfRfRow)[];
  "notes": (string)[];
};

/** A sector that holds, or is to hold, calibration and MAC; `offset` in the flash or file. */
export type RfRfRow = {
  "offset": number;
  "state": string;
  "mac": string | null;
  "placeholder": boolean;
  "measured": boolean;
  "sha256": string;
  "backups": (string)[];
  "same_mac": (string)[];
};

/** A sector of 4096 bytes in a file of its own. */
export type RfRfSaved = {
  "file": string;
  "sha256": string;
  "offset": number;
  "mac": string;
  "source": string;
};

/** `obk config build` for one device; `start` is where the sector belongs in flash. */
export type SettingsBuiltConfig = {
  "file": string;
  "sha256": string;
  "chip": string;
  "start": number;
  "length": number;
  "config": Record<string, unknown>;
  "crc": string;
};

/** `obk config build` for several devices; each one is an item event before. */
export type SettingsBuiltConfigs = {
  "files": (string)[];
  "chip": string | null;
};

/** `obk config build --image`: firmware with settings, for one device or `for_any_device`. */
export type SettingsBuiltImage = {
  "file": string;
  "sha256": string;
  "size": number;
  "chip": string;
  "start": number;
  "length": number;
  "config": Record<string, unknown>;
  "crc": string;
  "image": ImageImageRow;
  "for_any_device": boolean;
};

/** `obk config write` on a chip; `start` is the address of the settings sector. */
export type SettingsChangedChip = {
  "resets"?: number;
  "chip": string;
  "image": ImageImageRow | WireBytesRow | WireSettingsRow | null;
  "backup": WireBackupRow | null;
  "plan": (WirePlanRow)[];
  "checks": (WireCheckRow)[];
  "verified": boolean;
  "booted": boolean | null;
  "undo": string;
  "seconds": number;
  "notes": (string)[];
  "start": number;
  "applied": (string)[];
};

/** `obk config write` on a file; `applied` are the names of the settings that were asked for. */
export type SettingsChangedFile = {
  "config": Record<string, unknown>;
  "crc": string;
  "crc_kind": string;
  "version": number;
  "offset": number;
  "length": number;
  "notes": (string)[];
  "host"?: string;
  "file"?: string;
  "applied": (string)[];
  "verified": boolean;
};

/** `obk config read`: the settings by name; `offset` in the file or flash, `length` in bytes. */
export type SettingsStoredConfig = {
  "config": Record<string, unknown>;
  "crc": string;
  "crc_kind": string;
  "version": number;
  "offset": number;
  "length": number;
  "notes": (string)[];
  "host"?: string;
  "file"?: string;
};

/** A simulated chip: clients served, sectors erased, programs, resets, faults that struck. */
export type SimChipSession = {
  "boot": string;
  "sessions": number;
  "erased": number;
  "programmed": number;
  "resets": number;
  "struck": (string)[];
};

/** An emulated chip: clients served. */
export type SimEmulatedSession = {
  "boot": string;
  "sessions": number;
};

/** Simulated OpenBeken devices: their addresses, requests answered, restarts. */
export type SimHouseSession = {
  "urls": (string)[];
  "requests": number;
  "restarts": number;
};

/** `broken`: what spoke against the boot loader; `other_problems`: told, not touched. */
export type SpiUnbrickResult = {
  "chip": string;
  "mac": string | null;
  "backup": string;
  "broken": (string)[];
  "other_problems": (string)[];
  "source": string | null;
  "written": (WireSpanRow)[];
  "verified": boolean;
  "answers": boolean | null;
};

/** The address (without the key), and how many jobs were run from the page. */
export type UiPageServed = {
  "url": string;
  "jobs": number;
};

/** `backup`; sizes in bytes. */
export type WireBackupResult = {
  "resets"?: number;
  "file": string;
  "sha256": string;
  "size": number;
  "passport": string;
  "proof": string;
  "seconds": number;
  "bytes_on_wire": number;
  "skipped_blank": number;
  "resumed": number;
  "chip": string;
  "mac": string | null;
};

/** The backup that secures a write. */
export type WireBackupRow = {
  "file": string;
  "passport": string;
  "sha256": string;
  "created": string;
  "made_now": boolean;
};

/** The boot code that answers; `crc32` of its bytes where it can be read. */
export type WireBootRow = {
  "name": string | null;
  "version": string | null;
  "crc32": string | null;
  "support": "observed" | "claimed" | "recognised" | null;
};

/** Bytes of any kind that were written; of several pieces `start` is the first one's. */
export type WireBytesRow = {
  "sha256": string;
  "start": number;
  "length": number;
};

/** One possible cause; `likelihood` is likely, possible or unlikely. */
export type WireCauseRow = {
  "cause": string;
  "likelihood": string;
  "next_step": string;
};

/** One check before the write. */
export type WireCheckRow = {
  "name": string;
  "verdict": "pass" | "doubt" | "refuse" | "needs-permission";
  "text": string;
  "permission": "no-backup" | "rf" | "mac" | "bootloader" | "unknown-part" | "key-mismatch" | null;
};

/** What was heard; `booted` and `firmware` as far as the end of the text tells them. */
export type WireConsoleResult = {
  "port": string;
  "baud": number;
  "lines": number;
  "bytes": number;
  "seconds": number;
  "booted": boolean | null;
  "firmware": string | null;
  "file": string | null;
};

/** `doctor`; `answers`: the boot code can be reached; `wiring` is a drawing in text. */
export type WireDoctorResult = {
  "heard": "chip" | "silence" | "echo" | "boot-text" | "openbeken-console" | "tuya-mcu" | "other-chip" | "text" | "line-low" | "noise" | "reset-loop" | "answers-lost" | "slow-network" | "telnet" | "writes-stuck" | "server-closes" | "port-taken" | "port-lost" | "no-adapter";
  "text": string;
  "answers": boolean;
  "detail": string;
  "port": string;
  "causes": (WireCauseRow)[];
  "wiring": string;
  "other_chip"?: FlowsOtherChipRow;
  "module"?: WireModuleRow;
};

/** `erase`; `proof` is null for a dry run. */
export type WireEraseResult = {
  "start": number;
  "length": number;
  "proof": string | null;
  "resets"?: number;
  "chip": string;
  "image": ImageImageRow | WireBytesRow | WireSettingsRow | null;
  "backup": WireBackupRow | null;
  "plan": (WirePlanRow)[];
  "checks": (WireCheckRow)[];
  "verified": boolean;
  "booted": boolean | null;
  "undo": string;
  "seconds": number;
  "notes": (string)[];
};

/** `flash`, with a line about the known device that this one is like, and where it answers. */
export type WireFlashResult = {
  "resets"?: number;
  "chip": string;
  "image": ImageImageRow | null;
  "backup": WireBackupRow | null;
  "plan": (WirePlanRow)[];
  "checks": (WireCheckRow)[];
  "verified": boolean;
  "booted": boolean | null;
  "undo": string;
  "seconds": number;
  "notes": (string)[];
  "looks_like": string | null;
  "found"?: FlowsArrivedDevice;
};

/** The flash part; `jedec` is null where the chip cannot report it, `size` in bytes. */
export type WireFlashRow = {
  "jedec": string | null;
  "part": string | null;
  "vendor": string | null;
  "size": number;
  "size_proof": "wrap" | "jedec" | "jedec+wrap" | "no-wrap" | "contradicted" | "assumed";
  "protected": boolean | null;
};

/** `info`. */
export type WireInfoResult = {
  "resets"?: number;
  "chip": string;
  "family": "rom" | "loader";
  "chip_id": string | null;
  "support": "observed" | "claimed" | "recognised";
  "boot": WireBootRow;
  "flash": WireFlashRow;
  "key": WireKeyClassRow;
  "mac": string | null;
  "evidence": (string)[];
  "firmware": WireRunningRow;
};

/** The class of the code key, never the key. */
export type WireKeyClassRow = {
  "class": "tuya" | "none" | "other" | "hidden" | "unknown";
  "evidence": string;
};

/** The module that the user named, the chip that lists give it, and which lists. */
export type WireModuleRow = {
  "name": string;
  "chip": string;
  "evidence": (string)[];
};

/** One range with one action. */
export type WirePlanRow = {
  "start": number;
  "length": number;
  "action": "keep" | "erase" | "write" | "skip-equal";
  "region": string;
  "why": string;
};

/** `read`; addresses and lengths in bytes. */
export type WireReadResult = {
  "resets"?: number;
  "file": string;
  "sha256": string;
  "start": number;
  "length": number;
  "proof": string;
  "chip": string;
  "chips": (string)[];
};

/** `reset`. */
export type WireResetResult = {
  "how": string;
  "chip": string;
};

/** What the application calls itself; `blank` where there is none. */
export type WireRunningRow = {
  "name": string | null;
  "version": string | null;
  "project": string | null;
};

/** A sector of OpenBeken's settings that was written. */
export type WireSettingsRow = {
  "kind": string;
  "length": number;
};

/** A range of the flash. */
export type WireSpanRow = {
  "start": number;
  "length": number;
};

/** `verify`; `differs` are whole sectors, cut at the ends. */
export type WireVerifyResult = {
  "resets"?: number;
  "equal": boolean;
  "differs": (WireSpanRow)[];
};

/** `write` and `restore`; `verified` is false only for a dry run, `booted` null if not seen. */
export type WireWriteResult = {
  "resets"?: number;
  "chip": string;
  "image": ImageImageRow | WireBytesRow | WireSettingsRow | null;
  "backup": WireBackupRow | null;
  "plan": (WirePlanRow)[];
  "checks": (WireCheckRow)[];
  "verified": boolean;
  "booted": boolean | null;
  "undo": string;
  "seconds": number;
  "notes": (string)[];
};

/** `health`; `verdict` is sound, slow, bad, or planned for a dry run. Times in milliseconds. */
export type WriteHealthResult = {
  "chip": string;
  "part": string | null;
  "verdict": string;
  "erase_ms": number | null;
  "program_ms": number | null;
  "sectors": (WriteSectorHealth)[];
  "backup": string | null;
  "dry_run": boolean;
};

/** One sector: its usual erase and write, 0 if unknown, and whether each pattern stood in it. */
export type WriteSectorHealth = {
  "start": number;
  "erase_ms": number;
  "program_ms": number;
  "sound": boolean;
};
