// Bundles each TypeScript file with its imports, like a front-end team.
//
//     node programs.mjs FOLDER FILE...
//
// Documents in Relay's tags are replaced by the artifacts of relay-compiler. The output is FILE.mjs, next to the file.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { transformAsync } from '@babel/core';
import { build } from 'esbuild';

const [folder, ...files] = process.argv.slice(2);

const relay = {
  name: 'relay',
  setup({ onLoad }) {
    onLoad({ filter: /\.ts$/ }, async ({ path }) => {
      const written = await readFile(path, 'utf8');
      if (!written.includes('graphql`')) return null;
      const { code } = await transformAsync(written, {
        filename: path,
        babelrc: false,
        configFile: false,
        parserOpts: { plugins: ['typescript'] },
        plugins: [['relay', { eagerEsModules: true }]],
      });
      return { contents: code, loader: 'ts' };
    });
  },
};

for (const file of files) {
  await build({
    entryPoints: [join(folder, file)],
    outfile: join(folder, file.replace(/\.ts$/, '.mjs')),
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    // CommonJS packages call `require`.
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    plugins: [relay],
    logLevel: 'warning',
  });
}
