// Serves the database in DATABASE_URL with PostGraphile, on PORT of this machine only.
import { createServer } from "node:http";
import { postgraphile } from "postgraphile";

const handler = postgraphile(process.env.DATABASE_URL, "public", {
  // Plain lists, as ours are, instead of connections. That is less work.
  simpleCollections: "only",
  graphiql: false,
  disableQueryLog: true,
});
createServer(handler).listen(Number(process.env.PORT), "127.0.0.1");
