import { loadavg } from "node:os";
import { benchMetrics, benchSearch } from "./search";
const options = { threads: 2, rounds: Number(process.env["ROUNDS"] ?? 1) };
console.log("load", loadavg()[0]);
if (process.env["ONLY"] !== "metrics") console.log(await benchSearch(options));
console.log("load", loadavg()[0]);
if (process.env["ONLY"] !== "search") console.log(await benchMetrics(options));
