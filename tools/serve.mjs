// Serves the production build: plain Node, no installed package. Cross-origin isolated, with a strict
// Content-Security-Policy, correct MIME types, byte ranges, and index.html for the application's routes.
import { randomBytes } from "node:crypto";
import { createReadStream } from "node:fs";
import { readFile, realpath, stat } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, resolve, sep } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const NONCE_PLACEHOLDER = /__CSP_NONCE__/g;

/** @type {Readonly<Record<string, string>>} */
const MIME_TYPES = {
  ".avif": "image/avif",
  ".css": "text/css; charset=utf-8",
  ".gif": "image/gif",
  ".html": "text/html; charset=utf-8",
  ".ico": "image/x-icon",
  ".jpeg": "image/jpeg",
  ".jpg": "image/jpeg",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json; charset=utf-8",
  ".jsonl": "application/x-ndjson; charset=utf-8",
  ".map": "application/json; charset=utf-8",
  ".md": "text/markdown; charset=utf-8",
  ".mjs": "text/javascript; charset=utf-8",
  ".npy": "application/octet-stream",
  ".onnx": "application/octet-stream",
  ".parquet": "application/vnd.apache.parquet",
  ".png": "image/png",
  ".safetensors": "application/octet-stream",
  ".svg": "image/svg+xml",
  ".txt": "text/plain; charset=utf-8",
  ".wasm": "application/wasm",
  ".webmanifest": "application/manifest+json; charset=utf-8",
  ".webp": "image/webp",
  ".woff2": "font/woff2",
};

/**
 * Scripts only from here; style elements only with this response's nonce; no inline code at all.
 *
 * @param {string} nonce
 */
function contentSecurityPolicy(nonce) {
  return [
    "default-src 'none'",
    "script-src 'self' 'wasm-unsafe-eval'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' blob: data:",
    "font-src 'self'",
    // Weights may be fetched from an address the user gives; nothing else asks another host.
    "connect-src 'self' blob: data: https: http://localhost:* http://127.0.0.1:*",
    "worker-src 'self' blob:",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
}

/** @param {string} nonce */
function headersFor(nonce) {
  return {
    "Content-Security-Policy": contentSecurityPolicy(nonce),
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
  };
}

/**
 * @typedef {{ path: string, size: number, modified: Date }} FoundFile
 * @typedef {import("node:http").IncomingMessage} Request
 * @typedef {import("node:http").ServerResponse} Response
 * @typedef {Readonly<Record<string, string>>} Headers
 */

/**
 * The file a request path names, inside `root`; undefined where there is none or it leads outside.
 *
 * @param {string} root
 * @param {string} pathname
 * @returns {Promise<FoundFile | undefined>}
 */
async function fileFor(root, pathname) {
  let decoded;
  try {
    decoded = decodeURIComponent(pathname);
  } catch {
    return undefined;
  }
  if (decoded.includes("\0") || decoded.includes("\\")) return undefined;
  const wanted = resolve(root, `.${decoded}`);
  if (wanted !== root && !wanted.startsWith(root + sep)) return undefined;
  try {
    // Links are followed before the check, so that one inside the folder cannot lead out of it.
    const real = await realpath(wanted);
    if (real !== root && !real.startsWith(root + sep)) return undefined;
    const info = await stat(real);
    return info.isFile() ? { path: real, size: info.size, modified: info.mtime } : undefined;
  } catch {
    return undefined;
  }
}

/**
 * `bytes=a-b` within a file of `size` bytes; undefined: no usable range; null: not satisfiable.
 *
 * @param {string | undefined} header
 * @param {number} size
 */
export function parseRange(header, size) {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? "");
  if (match === null || (match[1] === "" && match[2] === "")) return undefined;
  const start = match[1] === "" ? Math.max(0, size - Number(match[2])) : Number(match[1]);
  const end = match[1] === "" || match[2] === "" ? size - 1 : Math.min(Number(match[2]), size - 1);
  return start > end || start >= size ? null : { start, end };
}

/** @param {string} pathname */
function cacheControl(pathname) {
  // Built assets carry a hash in their name.
  return pathname.startsWith("/assets/") ? "public, max-age=31536000, immutable" : "no-cache";
}

/**
 * @param {Request} request
 * @param {Response} response
 * @param {FoundFile} file
 * @param {Headers} headers
 */
function sendFile(request, response, file, headers) {
  const range = parseRange(request.headers.range, file.size);
  if (range === null) {
    response.writeHead(416, { ...headers, "Content-Range": `bytes */${file.size}` }).end();
    return;
  }
  const { start, end } = range ?? { start: 0, end: file.size - 1 };
  response.writeHead(range === undefined ? 200 : 206, {
    ...headers,
    "Accept-Ranges": "bytes",
    "Content-Length": file.size === 0 ? 0 : end - start + 1,
    ...(range === undefined ? {} : { "Content-Range": `bytes ${start}-${end}/${file.size}` }),
  });
  if (request.method === "HEAD" || file.size === 0) {
    response.end();
    return;
  }
  createReadStream(file.path, { start, end })
    .on("error", () => response.destroy())
    .pipe(response);
}

/**
 * @param {Request} request
 * @param {Response} response
 * @param {string} root
 * @param {Headers} headers
 * @param {string} nonce
 */
async function sendPage(request, response, root, headers, nonce) {
  const page = await readFile(join(root, "index.html"), "utf8");
  const body = Buffer.from(page.replaceAll(NONCE_PLACEHOLDER, nonce));
  response.writeHead(200, {
    ...headers,
    "Cache-Control": "no-cache",
    "Content-Type": MIME_TYPES[".html"],
    "Content-Length": body.byteLength,
  });
  response.end(request.method === "HEAD" ? undefined : body);
}

/**
 * @param {Request} request
 * @param {Response} response
 * @param {string} root
 */
async function handle(request, response, root) {
  const nonce = randomBytes(16).toString("base64");
  const headers = headersFor(nonce);
  if (request.method !== "GET" && request.method !== "HEAD") {
    response.writeHead(405, { ...headers, Allow: "GET, HEAD" }).end();
    return;
  }
  const { pathname } = new URL(request.url ?? "/", "http://localhost");
  const file = await fileFor(root, pathname);
  const extension = extname(pathname);
  if (file === undefined ? extension === "" : extname(file.path) === ".html") {
    await sendPage(request, response, root, headers, nonce);
    return;
  }
  if (file === undefined) {
    response.writeHead(404, { ...headers, "Content-Type": "text/plain; charset=utf-8" });
    response.end(request.method === "HEAD" ? undefined : `Not found: ${pathname}\n`);
    return;
  }
  const etag = `"${file.size.toString(36)}-${file.modified.getTime().toString(36)}"`;
  const fileHeaders = {
    ...headers,
    "Cache-Control": cacheControl(pathname),
    "Content-Type": MIME_TYPES[extension] ?? "application/octet-stream",
    "Last-Modified": file.modified.toUTCString(),
    ETag: etag,
  };
  if (request.headers["if-none-match"] === etag && request.headers.range === undefined) {
    response.writeHead(304, fileHeaders).end();
    return;
  }
  sendFile(request, response, file, fileHeaders);
}

/**
 * Starts the server.
 *
 * @param {{ root: string, port?: number, host?: string }} options - port 0 takes a free one.
 * @returns {Promise<{ url: string, close: () => Promise<void> }>}
 */
export async function serve({ root, port = 4173, host = "127.0.0.1" }) {
  const folder = await realpath(root);
  const server = createServer((request, response) => {
    handle(request, response, folder).catch((error) => {
      console.error(`serve: ${request.method} ${request.url}: ${String(error)}`);
      if (!response.headersSent) response.writeHead(500);
      response.end();
    });
  });
  await new Promise((done, failed) => {
    server.once("error", failed);
    server.listen(port, host, () => done(undefined));
  });
  const address = server.address();
  const chosen = typeof address === "object" && address !== null ? address.port : port;
  return {
    url: `http://${host === "127.0.0.1" ? "localhost" : host}:${chosen}/`,
    close: () =>
      new Promise((done) => {
        server.close(() => done(undefined));
        server.closeAllConnections();
      }),
  };
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const root = fileURLToPath(new URL("../dist", import.meta.url));
  const port = Number(process.env["PORT"] ?? 4173);
  const { url } = await serve({ root, port });
  console.log(`Perigee is at ${url}`);
}
