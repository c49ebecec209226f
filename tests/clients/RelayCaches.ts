// Relay's store against a real server. API is its address, TOKEN a head teacher's token.
//
// It prints one line for each document that another document has changed in the store, and at the end the number of checks.
// Relay selects ids itself.
import {
  Environment,
  Network,
  RecordSource,
  Store,
  createOperationDescriptor,
  fetchQuery,
  getRequest,
  graphql,
  type GraphQLTaggedNode,
  type OperationDescriptor,
  type Variables,
} from 'relay-runtime';

async function send(query: string | null | undefined, variables: object) {
  const response = await fetch(process.env.API ?? '', {
    method: 'POST',
    headers: {
      Authorization: `Bearer ${process.env.TOKEN}`,
      'Content-Type': 'application/json',
    },
    body: JSON.stringify({ query, variables }),
  });
  return response.json();
}

const environment = new Environment({
  network: Network.create(async ({ text }, variables) => send(text, variables)),
  store: new Store(new RecordSource()),
});

const whole = graphql`
  query RelayCachesWholeQuery($codes: [String!], $after: String) {
    scheduleMatrix(academicYear: 2031, classCodes: $codes, changesAfter: $after) {
      rows { schoolClass { code } canEdit cells { status version } }
    }
  }
`;
const names = graphql`
  query RelayCachesNamesQuery($codes: [String!]) {
    scheduleMatrix(academicYear: 2031, classCodes: $codes) {
      rows { schoolClass { code } curriculum { label } cells(periods: [JAN]) { color } }
    }
  }
`;
const month = graphql`
  query RelayCachesMonthQuery($codes: [String!]) {
    scheduleMatrix(academicYear: 2031, classCodes: $codes) {
      rows { accessLevel curriculum { levels { id } } cells(periods: [FEB]) { color } }
    }
  }
`;
const name = graphql`query RelayCachesNameQuery { viewer { username } school { name } }`;
const rights = graphql`query RelayCachesRightsQuery { viewer { canCreateExams } school { timeZone } }`;

const loaded: { operation: OperationDescriptor; data: string }[] = [];

async function load(query: GraphQLTaggedNode, variables: Variables = {}) {
  const operation = createOperationDescriptor(getRequest(query), variables);
  environment.retain(operation);
  await fetchQuery(environment, query, variables).toPromise();
  loaded.push({ operation, data: stored(operation) });
}

function stored(operation: OperationDescriptor): string {
  const { data, isMissingData } = environment.lookup(operation.fragment);
  return isMissingData ? 'missing data' : JSON.stringify(data);
}

await load(whole);
await load(names);
await load(whole, { codes: ['PRIMARY_1B'] });
await load(month, { codes: ['PRIMARY_1B', 'PRIMARY_9Z'] });
await load(name);
await load(rights);

const { data } = await send('{ scheduleMatrix(academicYear: 2031) { syncToken } }', {});
const change = `mutation { updateCell(input: {
  cell: { id: "MatrixCell:PRIMARY_1C/2031/MAR" }, notes: "${Date.now()}"
}) { cell { version } } }`;
const { version } = (await send(change, {})).data.updateCell.cell;
await load(whole, { after: data.scheduleMatrix.syncToken });
console.log(loaded.at(-1)?.data.match(/"code":"[^"]+"|"version":\d+/g)?.join(' ') === `"code":"PRIMARY_1C" "version":${version}`);

for (const { operation, data } of loaded) {
  const { params } = operation.request.node;
  // The delta has a newer version of one cell, which the whole matrix shows too.
  const older = stored(operation).replace(`"version":${version}`, `"version":${version - 1}`);
  if (![stored(operation), older].includes(data)) console.log('changed', params.name, operation.request.variables);
}
console.log(loaded.length);
