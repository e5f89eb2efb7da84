// Adds the optional packages of other platforms that a registry mirror did not offer when the lock
// file was written: npm leaves such entries out, and `npm ci` then refuses the lock on every machine.
// Run it after `npm install`. Versions are exact in the parents' `optionalDependencies`; a platform is
// read off the name, as these packages are named by it.
import { readFileSync, writeFileSync } from "node:fs";

const SYSTEMS = [
  "android",
  "darwin",
  "freebsd",
  "linux",
  "netbsd",
  "openbsd",
  "openharmony",
  "sunos",
  "win32",
  "aix",
];
const PROCESSORS = {
  arm64: "arm64",
  aarch64: "arm64",
  x64: "x64",
  ia32: "ia32",
  arm: "arm",
  armv7: "arm",
  riscv64: "riscv64",
  ppc64le: "ppc64",
  ppc64: "ppc64",
  powerpc64le: "ppc64",
  s390x: "s390x",
  loong64: "loong64",
  loongarch64: "loong64",
  mips64el: "mips64el",
  wasm32: "wasm32",
};

/** @param {string} name */
function platformOf(name) {
  const words = name.split(/[-/_]/);
  const os = SYSTEMS.filter((system) => words.includes(system));
  const cpu = Object.entries(PROCESSORS).flatMap(([word, value]) =>
    words.includes(word) ? [value] : [],
  );
  const isMusl = words.some((word) => word.startsWith("musl"));
  const isGlibc = words.some((word) => word.startsWith("gnu"));
  return {
    ...(os.length > 0 && { os }),
    ...(cpu.length > 0 && { cpu }),
    ...(isMusl && { libc: ["musl"] }),
    ...(isGlibc && os.includes("linux") && { libc: ["glibc"] }),
  };
}

const lock = JSON.parse(readFileSync("package-lock.json", "utf8"));

/**
 * Where a missing optional package belongs: at the top, or beside its parent when the top holds
 * another version. Undefined when it is already there.
 *
 * @param {string} parent
 * @param {string} name
 * @param {string} version
 */
function placeFor(parent, name, version) {
  const top = `node_modules/${name}`;
  const nested = `${parent}/node_modules/${name}`;
  if (lock.packages[nested] !== undefined || lock.packages[top]?.version === version)
    return undefined;
  return lock.packages[top] === undefined ? top : nested;
}

let added = 0;
for (const [parent, entry] of Object.entries(lock.packages)) {
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    const platform = platformOf(name);
    const isExact = /^\d+\.\d+\.\d+/.test(version);
    const place = placeFor(parent, name, version);
    if (place === undefined || !isExact || platform.cpu === undefined) continue;
    lock.packages[place] = { version, optional: true, ...platform };
    added += 1;
  }
}
lock.packages = Object.fromEntries(
  Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1)),
);
writeFileSync("package-lock.json", `${JSON.stringify(lock, null, 2)}\n`);
console.log(`package-lock.json: ${String(added)} optional packages of other platforms added.`);
