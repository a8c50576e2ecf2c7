// Builds test/screen/dev.ts as esbuild.config.mjs builds the product: one minified file, production React.
import { readFileSync } from 'node:fs';
import { build } from 'esbuild';
import { parse } from 'yaml';

const outfile = process.argv[2] ?? 'dist/dev.mjs';
await build({
  entryPoints: [new URL('./dev.ts', import.meta.url).pathname],
  outfile,
  bundle: true,
  minify: true,
  platform: 'node',
  format: 'esm',
  target: 'node24',
  jsx: 'automatic',
  legalComments: 'none',
  loader: { '.yaml': 'text', '.sh': 'text' },
  define: { 'process.env.NODE_ENV': '"production"', __VERSION__: '"dev"' },
  banner: { js: "import { createRequire as __cr } from 'node:module'; const require = __cr(import.meta.url);" },
  plugins: [
    {
      name: 'themes',
      setup({ onLoad }) {
        onLoad({ filter: /\/themes\/[^/]+\.yaml$/ }, ({ path }) => ({
          contents: JSON.stringify(parse(readFileSync(path, 'utf8'))),
          loader: 'json',
        }));
      },
    },
    {
      name: 'empty-module',
      setup({ onResolve, onLoad }) {
        onResolve({ filter: /^react-devtools-core$/ }, (args) => ({ path: args.path, namespace: 'empty' }));
        onLoad({ filter: /.*/, namespace: 'empty' }, () => ({ contents: 'export default {}' }));
      },
    },
  ],
  logLevel: 'warning',
});
