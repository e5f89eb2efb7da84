import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parseRange, serve } from "./serve.mjs";

let folder: string;
let server: Awaited<ReturnType<typeof serve>>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "perigee-serve-"));
  const root = join(folder, "dist");
  await mkdir(join(root, "assets"), { recursive: true });
  await writeFile(join(folder, "secret.txt"), "secret");
  await writeFile(join(root, "index.html"), '<meta nonce="__CSP_NONCE__"><title>App</title>');
  await writeFile(join(root, "assets", "app.mjs"), "export {}");
  await writeFile(
    join(root, "weights.safetensors"),
    Uint8Array.from({ length: 100 }, (_, i) => i),
  );
  await writeFile(join(root, "empty.json"), "");
  await symlink(join(folder, "secret.txt"), join(root, "link.txt"));
  server = await serve({ root, port: 0 });
});
afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});

const get = (path: string, headers: Record<string, string> = {}) =>
  fetch(new URL(path, server.url), { headers });

/** The path as it is: `fetch` would tidy `..` away before it reaches the server. */
function statusOf(path: string, method = "GET"): Promise<number> {
  const { port } = new URL(server.url);
  return new Promise((resolve, reject) => {
    request({ host: "127.0.0.1", port, path, method }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    })
      .on("error", reject)
      .end();
  });
}

test("a route gets the page, with a nonce of its own in page and policy", async () => {
  const first = await get("/compare?title=x");
  const second = await get("/");
  const nonces = await Promise.all(
    [first, second].map(async (response) => {
      const inPage = /nonce="([^"]+)"/.exec(await response.text())?.[1] ?? "none";
      expect(response.headers.get("content-security-policy")).toContain(`'nonce-${inPage}'`);
      return inPage;
    }),
  );
  expect(nonces[0]).not.toBe(nonces[1]);
  expect(first.headers.get("content-type")).toBe("text/html; charset=utf-8");
});

test("every answer is isolated, typed and without inline scripts", async () => {
  const response = await get("/assets/app.mjs");
  expect(response.headers.get("content-type")).toBe("text/javascript; charset=utf-8");
  expect(response.headers.get("cross-origin-opener-policy")).toBe("same-origin");
  expect(response.headers.get("cross-origin-embedder-policy")).toBe("require-corp");
  expect(response.headers.get("x-content-type-options")).toBe("nosniff");
  expect(response.headers.get("content-security-policy")).not.toContain("unsafe-inline");
  expect(response.headers.get("cache-control")).toContain("immutable");
});

test("byte ranges are served, and impossible ones refused", async () => {
  const part = await get("/weights.safetensors", { range: "bytes=10-19" });
  expect(part.status).toBe(206);
  expect(part.headers.get("content-range")).toBe("bytes 10-19/100");
  expect([...new Uint8Array(await part.arrayBuffer())]).toEqual([
    10, 11, 12, 13, 14, 15, 16, 17, 18, 19,
  ]);
  const late = await get("/weights.safetensors", { range: "bytes=100-" });
  expect(late.status).toBe(416);
});

test.each([
  ["bytes=0-0", { start: 0, end: 0 }],
  ["bytes=90-", { start: 90, end: 99 }],
  ["bytes=90-500", { start: 90, end: 99 }],
  ["bytes=-5", { start: 95, end: 99 }],
  ["bytes=-500", { start: 0, end: 99 }],
  ["bytes=5-2", null],
  ["bytes=100-", null],
  ["bytes=-0", null],
  ["bytes=0-1,5-6", undefined],
  ["items=0-1", undefined],
  ["bytes=-", undefined],
  [undefined, undefined],
])("range %s of 100 bytes is %j", (header, expected) => {
  expect(parseRange(header, 100)).toEqual(expected);
});

test.each([
  ["/../secret.txt"],
  ["/%2e%2e/secret.txt"],
  ["/assets/..%2f..%2fsecret.txt"],
  ["/..%5csecret.txt"],
  ["/link.txt"],
  ["/%00.txt"],
  ["/%E0%A4%A.txt"],
])("nothing outside the folder is served: %s", async (path) => {
  expect(await statusOf(path)).toBe(404);
});

test("a missing file is a 404, not the page; an empty file is empty", async () => {
  expect((await get("/data/missing.json")).status).toBe(404);
  const empty = await get("/empty.json");
  expect(empty.status).toBe(200);
  expect(await empty.text()).toBe("");
});

test("an unchanged file is not sent again", async () => {
  const first = await get("/weights.safetensors");
  const again = await get("/weights.safetensors", {
    "if-none-match": first.headers.get("etag") ?? "",
  });
  expect(again.status).toBe(304);
});

test("only reading is allowed", async () => {
  expect(await statusOf("/compare", "POST")).toBe(405);
  expect(await statusOf("/weights.safetensors", "HEAD")).toBe(200);
});
