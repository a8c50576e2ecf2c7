// Builds dist/: the program as one file, and the launcher that runs it on the packaged Node.js.
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import * as cel from '@marcbachmann/cel-js';
import { build } from 'esbuild';
import * as re2js from 're2js';
import * as yaml from 'yaml';

const { version } = JSON.parse(readFileSync(new URL('./package.json', import.meta.url), 'utf8'));

const emptyModule = {
  name: 'empty-module',
  setup({ onResolve, onLoad }) {
    // Ink imports its devtools bridge unconditionally; left external it would be a hard import that crashes.
    onResolve({ filter: /^react-devtools-core$/ }, (args) => ({ path: args.path, namespace: 'empty' }));
    onLoad({ filter: /.*/, namespace: 'empty' }, () => ({ contents: 'export default {}' }));
  },
};

/**
 * A bundle's imports of Node's own modules are hoisted: all of them would load at every start (20 ms), `--help` included.
 * As lazy CommonJS modules they load with the first part that needs them.
 */
const lazyBuiltins = {
  name: 'lazy-builtins',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^node:/ }, (args) => ({ path: args.path, namespace: 'builtin' }));
    onResolve({ filter: /^[a-z_/]+$/ }, (args) =>
      isBuiltin(args.path) ? { path: `node:${args.path}`, namespace: 'builtin' } : undefined,
    );
    onLoad({ filter: /.*/, namespace: 'builtin' }, (args) => ({
      contents: `module.exports = process.getBuiltinModule(${JSON.stringify(args.path)})`,
    }));
  },
};

/** Of undici only its connections: the whole package (fetch, websockets, mocks) would be a third of the bundle. */
const undiciCore = {
  name: 'undici-core',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^undici$/ }, () => ({ path: 'undici', namespace: 'undici' }));
    onLoad({ filter: /.*/, namespace: 'undici' }, () => ({
      contents: `exports.Agent = require('undici/lib/dispatcher/agent.js');
        Object.assign(require('undici/lib/dispatcher/dispatcher.js').prototype, require('undici/lib/api/index.js'));
        exports.buildConnector = require('undici/lib/core/connect.js');`,
      resolveDir: new URL('.', import.meta.url).pathname,
    }));
  },
};

/** Shipped themes and providers are read here, not at every start. */
const documents = {
  name: 'documents',
  setup({ onLoad }) {
    onLoad({ filter: /\/(themes|providers)\/[^/]+\.yaml$/ }, ({ path }) => ({
      contents: JSON.stringify(yaml.parse(readFileSync(path, 'utf8'))),
      loader: 'json',
    }));
  },
};

/** A library that comes to life with its first use: the screen is up before, and often does without. */
const lazy = (name, library) => ({
  name: `lazy-${name}`,
  setup({ onResolve, onLoad, resolve }) {
    onResolve({ filter: new RegExp(`^${name}$`) }, async ({ kind, resolveDir, pluginData }) => {
      if (pluginData === 'itself') return undefined;
      const { path } = await resolve(name, { kind, resolveDir, pluginData: 'itself' });
      return { path, namespace: `lazy-${name}` };
    });
    onLoad({ filter: /.*/, namespace: `lazy-${name}` }, ({ path }) => ({
      contents: `for (const name of ${JSON.stringify(Object.keys(library).filter((each) => each !== 'default'))})
        Object.defineProperty(exports, name, { enumerable: true, get: () => require(${JSON.stringify(path)})[name] });`,
      resolveDir: import.meta.dirname,
    }));
  },
});

/**
 * Ink measures every row in every frame, and a row with a dash or a line in it takes a tenth of a millisecond, mostly to find that it holds
 * no emoji; what is an emoji takes 30 ms to learn. Text without surprises is counted, and what was measured lately is remembered.
 */
const quickWidths = {
  name: 'quick-widths',
  setup({ onResolve, onLoad, resolve }) {
    onResolve({ filter: /^string-width$/ }, async ({ kind, resolveDir, pluginData }) => {
      if (pluginData === 'itself') return undefined;
      const { path } = await resolve('string-width', { kind, resolveDir, pluginData: 'itself' });
      return { path, namespace: 'quick-width' };
    });
    onLoad({ filter: /.*/, namespace: 'quick-width' }, ({ path }) => ({
      contents: `import { steadyWidth } from './ui/rows/steady.ts';
        const known = new Map();
        export default (text, options) => {
          const measure = () => require(${JSON.stringify(path)}).default(text, options);
          if (options !== undefined || typeof text !== 'string') return measure();
          let width = known.get(text);
          if (width === undefined) {
            if (known.size >= 2000) known.clear();
            known.set(text, (width = steadyWidth(text) ?? measure()));
          }
          return width;
        };`,
      resolveDir: import.meta.dirname,
    }));
  },
};

await build({
  entryPoints: ['src/main.ts'],
  outfile: 'dist/opsdeck.mjs',
  bundle: true,
  minify: true,
  keepNames: false,
  platform: 'node',
  format: 'esm',
  target: 'node24',
  jsx: 'automatic',
  legalComments: 'none',
  loader: { '.yaml': 'text', '.sh': 'text' },
  define: { 'process.env.NODE_ENV': '"production"', __VERSION__: JSON.stringify(version) },
  banner: { js: "import { createRequire as __cr } from 'node:module'; const require = __cr(import.meta.url);" },
  plugins: [
    emptyModule,
    lazyBuiltins,
    undiciCore,
    lazy('yaml', yaml),
    lazy('re2js', re2js),
    lazy('@marcbachmann/cel-js', cel),
    documents,
    quickWidths,
  ],
  logLevel: 'warning',
});

mkdirSync('dist', { recursive: true });
writeFileSync(
  'dist/opsdeck',
  `#!/bin/sh
# Runs opsdeck on the Node.js that was installed with it; the host's own version does not matter.
self=$(readlink -f "$0" 2>/dev/null || echo "$0")
dist=\${self%/*}
# A small nursery: what is left of a frame or a page is garbage at once, and a large one only holds more of it. It begins with that
# size: growing to it takes a tenth of the time to the first frame.
# Compiled code is kept between starts: the second one is twice as fast.
base=\${XDG_CACHE_HOME:-$HOME/.cache}
# Node.js would make that folder before the first line of the program, and in /proc and /sys it never comes back from that.
there=$base
until [ -d "\${there:=/}" ]; do
  case $there in */*) there=\${there%/*} ;; *) there=. ;; esac
done
case $(CDPATH= cd -P -- "$there" 2>/dev/null && pwd -P) in
  /proc | /proc/* | /sys | /sys/* | '') ;;
  *) export NODE_COMPILE_CACHE="\${NODE_COMPILE_CACHE:-$base/opsdeck/compiled}" ;;
esac
# In the place of an output that is closed Node.js would put one that swallows everything; this one takes nothing.
true 2>/dev/null 3>&1 || exec 1</dev/null
for node in "$dist/../node_modules/node/bin/node" "$dist/../../node/bin/node" "$(command -v node)"; do
  [ -x "$node" ] && exec "$node" --disable-warning=ExperimentalWarning --disable-sigusr1 --min-semi-space-size=6 --max-semi-space-size=6 "$dist/opsdeck.mjs" "$@"
done
echo "opsdeck: no Node.js found; run npm ci first" >&2
exit 2
`,
);
chmodSync('dist/opsdeck', 0o755);
