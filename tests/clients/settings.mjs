// The cache settings that the pages of Apollo and urql publish: the block named cache-settings.ts of each page.
import { readFile } from 'node:fs/promises';
import { transform } from 'esbuild';

const PAGES = new URL('../../docs/clients/', import.meta.url);

async function settingsOf(page) {
  const text = await readFile(new URL(page, PAGES), 'utf8');
  const [, block] = text.match(/```ts \S+CacheSettings\.ts\n(.*?)```/s);
  const { code } = await transform(block, { loader: 'ts', format: 'esm' });
  const resolved = code.replaceAll(/from "([^"]+)"/g, (_, name) => `from "${import.meta.resolve(name)}"`);
  return (await import(`data:text/javascript,${encodeURIComponent(resolved)}`)).cacheSettings;
}

export async function readSettings() {
  return { apollo: await settingsOf('apollo.md'), urql: await settingsOf('urql.md') };
}
