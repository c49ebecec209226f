// Serves the database in DATABASE_URL with PostGraphile 5, on PORT of this machine only.
import { createServer } from "node:http";
import { postgraphile } from "postgraphile";
import { makePgService } from "postgraphile/adaptors/pg";
import { grafserv } from "postgraphile/grafserv/node";
import { PostGraphileAmberPreset } from "postgraphile/presets/amber";
import { makeV4Preset } from "postgraphile/presets/v4";

const instance = postgraphile({
  // The names of version 4, so that both versions get the same document, and plain lists instead of connections.
  extends: [PostGraphileAmberPreset, makeV4Preset({ simpleCollections: "only", graphiql: false })],
  pgServices: [makePgService({ connectionString: process.env.DATABASE_URL, schemas: ["public"] })],
  grafserv: { graphqlPath: "/graphql" },
});
const server = createServer();
await instance.createServ(grafserv).addTo(server);
server.listen(Number(process.env.PORT), "127.0.0.1");
