// `npm start`: installs, builds and serves the studio on this machine. Plain Node, so that it runs
// before anything is installed.
import { chdir } from "node:process";
import { fileURLToPath } from "node:url";
import { ensureInstalled, runNpm } from "./install.mjs";

chdir(fileURLToPath(new URL("..", import.meta.url)));
ensureInstalled();
runNpm(["run", "--silent", "build"]);
const { serve } = await import("./serve.mjs");
const port = Number(process.env["PORT"] ?? 4173);
const { url } = await serve({ root: "dist", port });
console.log(`\nPerigee is ready: ${url}\nStop it with Ctrl+C.`);
