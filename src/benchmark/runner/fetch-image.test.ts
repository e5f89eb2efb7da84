import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { fetchImage } from "./fetch-image";

const PIECE = new Uint8Array(1000).fill(7);
let sent = 0;
let isCutOff = false;

/** Sends pieces until the reader leaves, and never says how many there will be. */
function sendForever(response: ServerResponse): void {
  response.on("close", () => (isCutOff = true));
  const next = (): void => {
    if (response.destroyed) return;
    sent += PIECE.length;
    response.write(PIECE, () => setTimeout(next, 1));
  };
  next();
}

let server: Server;
let origin = "";

beforeAll(async () => {
  server = createServer(({ url }, response) => {
    if (url === "/endless") sendForever(response);
    else if (url === "/three") {
      response.setHeader("content-type", "image/png");
      for (let i = 0; i < 3; i++) response.write(PIECE);
      response.end();
    } else if (url === "/stated") {
      response.setHeader("content-length", 5000);
      response.write(PIECE);
    } else response.writeHead(404).end("none");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
});

test("a picture whose server states no length is read up to the limit", async () => {
  const blob = await fetchImage(`${origin}/three`, 3000);
  expect([blob.size, blob.type]).toEqual([3000, "image/png"]);
  await expect(fetchImage(`${origin}/three`, 2999)).rejects.toThrow("is larger than 2999 bytes");
});

test("a server that never stops is cut off", async () => {
  await expect(fetchImage(`${origin}/endless`, 20_000)).rejects.toMatchObject({
    code: "asset-fetch",
    message: expect.stringContaining("is larger than 20000 bytes"),
  });
  await expect.poll(() => isCutOff).toBe(true);
  expect(sent).toBeLessThan(2_000_000);
});

test("a stated length beyond the limit, and an error of the server, are refused before reading", async () => {
  await expect(fetchImage(`${origin}/stated`, 4999)).rejects.toThrow("is larger than 4999 bytes");
  await expect(fetchImage(`${origin}/nothing`)).rejects.toThrow("answered 404");
});
