// PostGraphile on the database that DATABASE_URL names, answering on PORT of this machine alone.
import { createServer } from "node:http";
import { postgraphile } from "postgraphile";

const handler = postgraphile(process.env.DATABASE_URL, "public", {
  // Plain lists, as ours are, in place of connections: less to do.
  simpleCollections: "only",
  graphiql: false,
  disableQueryLog: true,
});
createServer(handler).listen(Number(process.env.PORT), "127.0.0.1");
