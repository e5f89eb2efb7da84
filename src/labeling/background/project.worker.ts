import { createMirror } from "../logic/project-mirror";
import { REPORTS } from "../logic/report-tasks";
import { exportProject } from "../logic/export/whole-export";
import { createDeflateBeside } from "./deflate-beside";
import { plainError, type BackgroundAnswer, type BackgroundRequest } from "./messages";

/** Reports and exports of one project, computed beside the page. */

const mirror = createMirror();

/** A progress message at most this often. */
const TELL_EVERY_MS = 100;

function say(answer: BackgroundAnswer): void {
  postMessage(answer);
}

function tellProgress(): (done: number, total: number) => void {
  let last = 0;
  return (done, total) => {
    const now = performance.now();
    if (now - last < TELL_EVERY_MS) return;
    last = now;
    say({ kind: "progress", done, total });
  };
}

async function answer(request: BackgroundRequest): Promise<void> {
  if (request.kind === "part") return mirror.take(request.part);
  if (request.kind === "report") {
    return say({ kind: "report", report: REPORTS[request.name](mirror.read()) });
  }
  const { images, format, now } = request;
  const beside = createDeflateBeside();
  try {
    const result = await exportProject(format, mirror.read(), {
      imageOf: images === undefined ? undefined : ({ id }) => images.get(id),
      now,
      onProgress: tellProgress(),
      makeDeflater: beside.make,
    });
    say({ kind: "export", result });
  } finally {
    beside.close();
  }
}

addEventListener("message", ({ data }: MessageEvent<BackgroundRequest>) => {
  answer(data).catch((error: unknown) => say({ kind: "failed", error: plainError(error) }));
});
