"""Style sheet and script of the pages: about as long as the firmware's, and they work."""

from __future__ import annotations

_RULES = (
    ("*", "box-sizing:border-box"),
    ("html", "font-size:16px;-webkit-text-size-adjust:100%"),
    ("body", "margin:0;padding:8px;background:#20262b;color:#e8ecef;text-align:center"),
    ("body,input,button,select,textarea", "font-family:system-ui,sans-serif;font-size:1rem"),
    ("#main", "display:inline-block;min-width:340px;max-width:640px;text-align:left"),
    ("h1", "font-size:1.5rem;text-align:center;margin:.4em 0"),
    ("h2", "font-size:1rem;font-weight:400;text-align:center"),
    ("h3,h4,h5", "margin:.5em 0;font-weight:500"),
    ("h5", "font-size:.85rem;color:#b9c2ca"),
    ("a", "color:#6fb7ff;text-decoration:none"),
    ("a:hover", "text-decoration:underline"),
    ("p", "margin:.5em 0;line-height:1.4"),
    ("hr", "border:0;border-top:1px solid #47515a;margin:.8em 0"),
    ("pre", "white-space:pre-wrap;background:#14181b;padding:8px;border-radius:4px"),
    ("table", "width:100%;border-collapse:collapse"),
    ("td", "padding:3px 5px;text-align:center"),
    ("td.on", "color:#63d471;font-weight:700;font-size:1.6rem"),
    ("td.off", "color:#8d99a3;font-weight:700;font-size:1.6rem"),
    ("form", "margin:.35em 0"),
    ("label", "display:inline-block;min-width:8em"),
    ("input,select,textarea", "padding:6px;border:1px solid #59646e;border-radius:4px"),
    ("input,select,textarea", "background:#2b3238;color:#e8ecef;max-width:100%"),
    ("input[type=text],input[type=password],textarea", "width:100%"),
    ("input[type=number]", "width:6em"),
    ("input[type=range]", "width:100%;padding:0"),
    ("input[type=color]", "width:100%;height:2.4em;padding:2px"),
    ("input[type=checkbox]", "width:auto;transform:scale(1.2);margin-right:.6em"),
    ("input[type=submit],button", "width:100%;padding:9px;border:0;cursor:pointer"),
    ("input[type=submit],button", "background:#1f6fb2;color:#fff;border-radius:5px"),
    ("input[type=submit]:hover,button:hover", "filter:brightness(1.15)"),
    ("input.bred", "background:#b23b3b"),
    ("input.bgrn", "background:#2f8f46"),
    (".safe", "color:#ff8080;font-size:1rem"),
    (".disp-none", "display:none"),
    (".disp-inline", "display:inline-block"),
    (".hele", "width:5em;margin-left:6px"),
    (".row", "display:flex;gap:6px;align-items:center;padding:2px 0"),
    (".row label", "min-width:4.5em"),
    (".row select", "flex:1"),
    ("@media(max-width:380px){#main", "min-width:100%}"),
)
STYLE = "".join(
    f"{name}{{{rule}" + ("}" if not name.startswith("@") else "") for name, rule in _RULES
)
SCRIPT = """
var firstTime, lastTime, onlineFor, req, onlineForEl;
function show(seconds) {
  var days = Math.floor(seconds / 86400), hours = Math.floor(seconds / 3600) % 24;
  var minutes = Math.floor(seconds / 60) % 60, text = '';
  if (days) text += days + ' days, ';
  if (days || hours) text += hours + ' hours, ';
  if (days || hours || minutes) text += minutes + ' minutes and ';
  return text + (Math.floor(seconds) % 60) + ' seconds';
}
function tickOnline() {
  if (!onlineForEl) return;
  lastTime = Date.now();
  onlineForEl.innerText = show(onlineFor + (lastTime - firstTime) / 1000);
}
function showState() {
  var place = document.getElementById('state');
  if (!place || (document.activeElement && place.contains(document.activeElement))) {
    setTimeout(showState, 3000);
    return;
  }
  if (req) req.abort();
  req = new XMLHttpRequest();
  req.onreadystatechange = function () {
    if (req.readyState == 4 && req.status == 200) {
      if (req.responseText != '') place.innerHTML = req.responseText;
      setTimeout(showState, 3000);
    }
  };
  req.onerror = function () { setTimeout(showState, 6000); };
  req.open('GET', 'index?state=1', true);
  req.send();
}
function submitTemperature(slider) {
  var form = document.getElementById('form132');
  document.getElementById('kelvin132').value = Math.round(1000000 / parseInt(slider.value));
  form.submit();
}
document.addEventListener('DOMContentLoaded', function () {
  onlineForEl = document.getElementById('onlineFor');
  if (onlineForEl) {
    onlineFor = parseInt(onlineForEl.dataset.initial);
    firstTime = Date.now();
    setInterval(tickOnline, 1000);
    tickOnline();
  }
  if (location.search && history.replaceState) {
    history.replaceState(null, '', location.pathname);
  }
  setTimeout(showState, 3000);
});
"""
# Builds the rows of /cfg_pins: one select a pin, its channel, and a second one for buttons.
PIN_SCRIPT = """
function row(pin, role, ch, ch2, extra) {
  var form = document.getElementById('x'), line = document.createElement('div');
  line.className = 'row';
  var label = document.createElement('label');
  label.innerText = 'P' + pin + ' ';
  line.appendChild(label);
  var choice = document.createElement('select');
  choice.name = pin;
  r.forEach(function (name, index) {
    var option = document.createElement('option');
    option.value = index;
    option.text = name;
    option.selected = index == role;
    choice.appendChild(option);
  });
  line.appendChild(choice);
  var first = box('r' + pin, ch, true), second = box('e' + pin, ch2, extra);
  line.appendChild(first);
  line.appendChild(second);
  choice.onchange = function () {
    second.className = r[choice.value].indexOf('Btn') == 0 ? 'hele disp-inline' : 'disp-none';
    second.disabled = second.className == 'disp-none';
  };
  choice.onchange();
  form.appendChild(line);
}
function box(name, value, shown) {
  var input = document.createElement('input');
  input.name = name;
  input.type = 'number';
  input.value = value;
  input.className = shown ? 'hele disp-inline' : 'disp-none';
  return input;
}
"""
