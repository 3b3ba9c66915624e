"""Command lines of the verbs that take a file, with places for `{file}`, `{out}`, `{other}`."""

from __future__ import annotations

VERBS = {
    "dump info": "dump info {file}",
    "dump config": "dump config {file}",
    "dump records": "dump records {file}",
    "dump repair": "dump repair {file} -o {out}",
    "dump sanitize": "dump sanitize {file} -o {out}",
    "image info": "image info {file}",
    "image convert": "image convert {file} --to app -o {out}",
    "image boot": "image boot {file} --timeout 1",
    "template export": "template export {file}",
    "template match": "template match {file}",
    "template lint": "template lint {file}",
    "obk config read": "obk config read {file}",
    "obk config build": "obk config build --image {file} -o {out}",
    "flash": "flash {file} --port no.such.port --dry-run",
    "flash --template": "flash --template {file} --port no.such.port --dry-run",
    "restore": "restore {file} --port no.such.port --dry-run",
    "device ota": "device ota 192.0.2.1 {file} --dry-run",
    "device apply": "device apply 192.0.2.1 {file} --dry-run",
    "device calibrate": "device calibrate 192.0.2.1 --from-dump {file}",
    "unbrick": "unbrick --port serprog://no.such.host:1 --image {file}",
}
#: verbs with which the judge of files has nothing to do
MORE_VERBS = {
    "dump extract": "dump extract {file} -o {out}",
    "dump diff": "dump diff {file} {other}",
    "template contribute": "template contribute {file}",
    "rf show": "rf show {file}",
}
