// What `npm test` runs, and how it reports it. Plain Node: it is read before anything is installed.
import { existsSync } from "node:fs";

/**
 * @typedef {object} Check
 * @property {string} name as in `npm test -- NAME`
 * @property {readonly [program: string, ...args: string[]]} command exits with 0 when it passes
 * @property {boolean} [needsBrowser] a browser is found or installed first
 * @property {{ file: string, advice: string }} [needs] a file without which it is skipped
 */

/**
 * @param {string} script
 * @returns {Check["command"]}
 */
const npm = (script) => ["npm", "run", "--silent", script];

const PYTHON = ".venv/bin/python";

/** In the order in which they run. */
export const CHECKS = /** @type {readonly Check[]} */ ([
  { name: "format", command: npm("check:format") },
  { name: "types", command: npm("check:types") },
  { name: "lint", command: npm("check:lint") },
  { name: "lint-self", command: npm("check:lint-self") },
  { name: "unused", command: npm("check:unused") },
  { name: "unit", command: npm("test:unit") },
  {
    name: "training",
    command: [PYTHON, "-m", "pytest", "-q", "training/tests"],
    needs: {
      file: PYTHON,
      advice: "run `python3 -m venv .venv && .venv/bin/pip install -r training/requirements.txt`",
    },
  },
  { name: "build", command: npm("build") },
  { name: "bundle", command: npm("check:bundle") },
  { name: "browser", command: npm("test:browser"), needsBrowser: true },
  { name: "e2e", command: npm("test:e2e"), needsBrowser: true },
]);

/**
 * @param {Check} check
 * @param {(file: string) => boolean} [exists]
 * @returns {string | undefined} what to do first where a check cannot run
 */
export function skipReason({ needs }, exists = existsSync) {
  return needs === undefined || exists(needs.file) ? undefined : needs.advice;
}

const TAIL_LINES = 25;

/**
 * @param {string} text what a check has printed so far
 * @returns {string} its last lines
 */
export function keepTail(text) {
  return text
    .split("\n")
    .slice(-TAIL_LINES - 1)
    .join("\n");
}

/**
 * @typedef {object} Row
 * @property {string} name of the check
 * @property {"passed" | "FAILED" | "skipped"} outcome how it went
 * @property {string} detail how long it took, or what to do so that it is not skipped
 * @property {string} [tail] the end of what it printed, where it failed
 */

/**
 * A skipped check is not a passed one: it is counted apart, and nothing but skips is a failure.
 *
 * @param {readonly Row[]} rows
 * @returns {{ text: string, exitCode: 0 | 1 }}
 */
export function summarise(rows) {
  /** @param {Row["outcome"]} outcome */
  const count = (outcome) => rows.filter((row) => row.outcome === outcome).length;
  const lines = rows.map(
    ({ name, outcome, detail }) => `${outcome.padEnd(7)}  ${name.padEnd(10)} ${detail}`,
  );
  const skipped = count("skipped") === 0 ? "" : `, ${String(count("skipped"))} skipped`;
  const totals = `${String(count("passed"))} passed, ${String(count("FAILED"))} failed${skipped}`;
  const isGood = count("FAILED") === 0 && count("passed") > 0;
  return { text: `${lines.join("\n")}\n\n${totals}`, exitCode: isGood ? 0 : 1 };
}
