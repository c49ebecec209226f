// Runs every audit of the GraphQL-over-HTTP specification against a server, and prints what each found.
//
//     node audit.mjs URL TOKEN
//
// Exits with 1 if an audit failed, even if the specification only recommends or allows it.
import { serverAudits } from 'graphql-http';

const [url, token] = process.argv.slice(2);

const fetchFn = (address, { headers, ...options } = {}) =>
  fetch(address, { ...options, headers: { ...headers, authorization: `Bearer ${token}` } });

const results = await Promise.all(serverAudits({ url, fetchFn }).map((audit) => audit.fn()));

for (const { id, name, status, reason } of results) {
  const [level, ...words] = name.split(' ');
  const found = status === 'ok' ? 'ok' : `${status}: ${reason}`;
  process.stdout.write(`${id}  ${level.padEnd(6)}  ${words.join(' ')}: ${found}\n`);
}

const failed = results.filter(({ status }) => status !== 'ok').length;
process.stdout.write(`${results.length} audits, ${results.length - failed} ok, ${failed} failed\n`);
process.exitCode = failed === 0 && results.length > 0 ? 0 : 1;
