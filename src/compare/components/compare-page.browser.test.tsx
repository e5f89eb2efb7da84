import { setupI18n } from "@lingui/core";
import { I18nProvider } from "@lingui/react";
import { MantineProvider } from "@mantine/core";
import "@mantine/core/styles.css";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { render } from "vitest-browser-react";
import { page, userEvent } from "vitest/browser";
import {
  createFakeClient,
  type FakeAnswers,
  type FakeClient,
} from "@/inference/client/fake-client";
import type { OrderedRun, PairResult } from "@/inference/protocol/messages";
import { AppError } from "@/shared/lib/errors";
import type { CompareSearch } from "../logic/search-params";
import { ComparePage } from "./compare-page";

const EXAMPLE = {
  id: "hats",
  title: { en: "Wool hat", zh: "羊毛帽" },
  queries: { en: ["warm hat"], zh: ["保暖帽"] },
  images: ["images/hat-1.png", "images/hat-2.png"],
};

const run = (order: "AB" | "BA", probabilityA: number): OrderedRun => ({
  order,
  text: "<think>\nQ3 A>B names the product\n</think><answer>A</answer>",
  answers:
    order === "AB"
      ? { q1: "NO", q3: "A>B", q5: "A<B", q10: "A" }
      : { q1: "NO", q3: "A<B", q5: "A<B", q10: "B" },
  reasons: { q3: "names the product", q5: order === "AB" ? "larger type" : "easier to read" },
  probabilityA,
  isWellFormed: true,
  tokens: 12,
});

const RESULT: PairResult = {
  runs: [run("AB", 0.74), run("BA", 0.32)],
  probabilityA: 0.71,
  ordersAgree: true,
  engine: "webgpu",
  timings: { encodeMs: 100, generateMs: 900, totalMs: 1000 },
};

const ANSWERS: FakeAnswers = {
  "models/list": () => [
    {
      id: "creative4u-nano",
      revision: "r1",
      task: "selector",
      name: "Nano selector",
      architecture: "idefics3",
      sizeBytes: 5_000_000,
      source: "shipped",
      cached: true,
    },
  ],
  "compare/pair": (_params, { emit }) => {
    emit({ kind: "progress", progress: { step: "encode", done: 1, total: 2, unit: "items" } });
    emit({
      kind: "answer",
      order: "AB",
      question: "q3",
      answer: "A>B",
      reason: "names the product",
    });
    return RESULT;
  },
  "compare/attention": () => ({
    grid: [2, 2],
    mapA: Float32Array.of(0.4, 0.1, 0.05, 0.05),
    mapB: Float32Array.of(0.1, 0.1, 0.1, 0.1),
    shareA: 0.6,
    shareB: 0.4,
  }),
};

async function picture(name: string, colour: string, width = 40): Promise<File> {
  const canvas = new OffscreenCanvas(width, 50);
  const context = canvas.getContext("2d");
  if (context === null) throw new Error("no 2d context");
  context.fillStyle = colour;
  context.fillRect(0, 0, width, 50);
  return new File([await canvas.convertToBlob({ type: "image/png" })], name, { type: "image/png" });
}

beforeEach(() => {
  vi.stubGlobal("fetch", async (input: string | URL) => {
    const path = String(input);
    if (path.endsWith("examples.json")) return Response.json([EXAMPLE]);
    if (path.endsWith(".png")) return new Response(await picture("x.png", "teal"));
    return new Response("", { status: 404 });
  });
});
afterEach(() => vi.unstubAllGlobals());

async function open(answers: FakeAnswers = {}, search: CompareSearch = {}) {
  const client = createFakeClient({ ...ANSWERS, ...answers });
  const i18n = setupI18n({ locale: "en", messages: { en: {} } });
  let id = 0;
  const onSearchChange = vi.fn<(search: CompareSearch) => void>();
  const screen = await render(
    <I18nProvider i18n={i18n}>
      <MantineProvider>
        <QueryClientProvider
          client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}
        >
          <ComparePage
            client={client}
            clock={{ now: () => 1_700_000_000_000, sleep: () => Promise.resolve() }}
            ids={() => `id-${id++}`}
            search={search}
            onSearchChange={onSearchChange}
          />
        </QueryClientProvider>
      </MantineProvider>
    </I18nProvider>,
  );
  return { client, screen, onSearchChange };
}

async function addPictures(...files: readonly File[]): Promise<void> {
  await userEvent.upload(page.getByLabelText("Choose images").first(), [...files]);
}

const pairCalls = (client: FakeClient) =>
  client.calls.filter(({ name }) => name === "compare/pair");
const compareButton = () => page.getByRole("button", { name: /^Compare/ });

test("two pictures give reasons, a verdict with its probability, and the agreement of both orders", async () => {
  const { client } = await open();
  await addPictures(await picture("a.png", "navy"), await picture("b.png", "orange"));
  await compareButton().click();
  await expect
    .element(page.getByRole("heading", { name: /would be clicked more often/ }))
    .toBeVisible();
  await expect.element(page.getByText("71%", { exact: true })).toBeVisible();
  await expect.element(page.getByText(/A has 74% when A is shown first and 68%/)).toBeVisible();
  const fit = page.getByRole("row", { name: /Query fit/ });
  await expect.element(fit.getByText("names the product")).toBeVisible();
  await expect.element(fit.getByText("Both orders agree")).toBeInTheDocument();
  expect(pairCalls(client)).toHaveLength(1);
  expect(page.getByTestId("measured-quality").elements()).toEqual([]);
});

test("the measured quality of the model stands beside its verdict, and nothing where none is known", async () => {
  const models = ANSWERS["models/list"];
  const [model] = await models!(undefined, {
    emit: () => undefined,
    signal: new AbortController().signal,
    turn: 0,
  });
  const quality = { accuracyOfCeiling: 0.64, faithfulness: 0.18 };
  await open({ "models/list": () => [{ ...model!, quality }] });
  await addPictures(await picture("a.png", "navy"), await picture("b.png", "orange"));
  await compareButton().click();
  const notice = page.getByTestId("measured-quality");
  await expect.element(notice.getByText(/right in 64% of what a perfect judge/)).toBeVisible();
  await expect.element(notice.getByText(/18% of its stated reasons/)).toBeVisible();
});

test("a flip between the orders is shown with what the other order said", async () => {
  await open();
  await addPictures(await picture("a.png", "navy"), await picture("b.png", "orange"));
  await compareButton().click();
  const text = page.getByRole("row", { name: /Text in image/ });
  await expect.element(text.getByText("depends on order")).toBeVisible();
  await expect.element(text.getByText("larger type")).toBeVisible();
  await expect.element(text.getByText("easier to read")).toBeVisible();
});

test("a reason's button asks for its attention and shows shares and a table for readers", async () => {
  const { client } = await open();
  await addPictures(await picture("a.png", "navy"), await picture("b.png", "orange"));
  await compareButton().click();
  await page.getByRole("button", { name: "Where the model looked: Query fit" }).click();
  await expect.element(page.getByText(/Where the model looked while writing about/)).toBeVisible();
  await expect.element(page.getByText(/60%/).first()).toBeVisible();
  await expect.element(page.getByRole("row", { name: "top left 40.0% 10.0%" })).toBeInTheDocument();
  expect(document.querySelectorAll("canvas")).toHaveLength(2);
  const asked = client.calls.find(({ name }) => name === "compare/attention");
  expect(asked?.params).toMatchObject({ question: "q3", order: "AB", text: RESULT.runs[0].text });
});

test("an example brings its pictures, title and queries, and they go into the link", async () => {
  const { onSearchChange } = await open();
  await page.getByRole("button", { name: /Wool hat/ }).click();
  await expect.element(page.getByLabelText("Product title")).toHaveValue("Wool hat");
  await expect.element(page.getByRole("img", { name: "B: hat-2.png" })).toBeInTheDocument();
  await vi.waitFor(() =>
    expect(onSearchChange).toHaveBeenLastCalledWith({
      title: "Wool hat",
      queries: ["warm hat"],
      example: "hats",
    }),
  );
});

test("a link restores title, queries and example", async () => {
  await open({}, { title: "My own title", queries: ["cosy"], example: "hats" });
  await expect.element(page.getByLabelText("Product title")).toHaveValue("My own title");
  await expect.element(page.getByText("cosy", { exact: true })).toBeVisible();
  await expect.element(page.getByRole("img", { name: "A: hat-1.png" })).toBeInTheDocument();
});

test("a slow list of examples does not cost the link its example", async () => {
  const whole = globalThis.fetch;
  vi.stubGlobal("fetch", async (input: string | URL) => {
    // Longer than the moment after which the form is written into the link.
    if (String(input).endsWith("examples.json")) await new Promise((go) => setTimeout(go, 700));
    return whole(input);
  });
  const { onSearchChange } = await open({}, { title: "My own title", example: "hats" });
  await expect.element(page.getByRole("img", { name: "A: hat-1.png" })).toBeInTheDocument();
  await vi.waitFor(() => expect(onSearchChange).toHaveBeenCalled());
  for (const [search] of onSearchChange.mock.calls) {
    expect(search).toMatchObject({ title: "My own title", example: "hats" });
  }
});

test("own pictures never reach the link", async () => {
  const { onSearchChange } = await open();
  await addPictures(await picture("secret.png", "navy"), await picture("b.png", "orange"));
  await page.getByLabelText("Product title").fill("Hat");
  await vi.waitFor(() => expect(onSearchChange.mock.lastCall).toEqual([{ title: "Hat" }]));
  expect(JSON.stringify(onSearchChange.mock.calls)).not.toContain("secret");
});

test("a file that is no image is named with its reason, and the others are kept", async () => {
  await open();
  const broken = new File(["not an image"], "broken.png", { type: "image/png" });
  await addPictures(await picture("a.png", "navy"), broken, await picture("b.png", "orange"));
  await expect.element(page.getByText("broken.png: A file could not be read")).toBeVisible();
  await expect.element(page.getByRole("img", { name: "A: a.png" })).toBeInTheDocument();
  await expect.element(page.getByRole("img", { name: "B: b.png" })).toBeInTheDocument();
});

test("a running comparison can be cancelled, and a second request waits its turn", async () => {
  const { client } = await open({
    "compare/pair": (_params, { emit, turn }) => {
      emit({
        kind: "progress",
        progress: { step: "generate", done: 3, total: 90, unit: "tokens" },
      });
      return turn === 0 ? new Promise(() => undefined) : RESULT;
    },
  });
  await addPictures(await picture("a.png", "navy"), await picture("b.png", "orange"));
  await compareButton().click();
  await expect.element(page.getByText(/Writing the reasons in both orders/)).toBeVisible();
  await expect.element(page.getByText(/3 \/ 90/)).toBeVisible();
  await page.getByRole("button", { name: /Compare next/ }).click();
  await expect.element(page.getByText(/1 more comparison waits/)).toBeVisible();
  expect(pairCalls(client)).toHaveLength(1);
  await page.getByRole("button", { name: "Cancel", exact: true }).click();
  await expect
    .element(page.getByRole("heading", { name: /would be clicked more often/ }))
    .toBeVisible();
  expect(pairCalls(client)).toHaveLength(2);
});

test("a model that cannot be reached is said while it is tried again", async () => {
  await open({
    "compare/pair": (_params, { emit }) => {
      emit({
        kind: "progress",
        progress: { step: "download", done: 0, unit: "bytes", failedAttempts: 1 },
      });
      return new Promise(() => undefined);
    },
  });
  await addPictures(await picture("a.png", "navy"), await picture("b.png", "orange"));
  await compareButton().click();
  await expect.element(page.getByText(/cannot be reached; trying again/)).toBeVisible();
});

test("a failed pair says what happened and what helps, and can be run again", async () => {
  const { client } = await open({
    "compare/pair": (_params, { turn }) => {
      if (turn === 0) throw new AppError("token-limit", "prompt: 5000 tokens, at most 2048");
      return RESULT;
    },
  });
  await addPictures(await picture("a.png", "navy"), await picture("b.png", "orange"));
  await compareButton().click();
  await expect.element(page.getByText(/The text is too long for this model/)).toBeVisible();
  await expect.element(page.getByText("prompt: 5000 tokens, at most 2048")).toBeVisible();
  await page.getByRole("button", { name: "Compare again" }).click();
  await expect
    .element(page.getByRole("heading", { name: /would be clicked more often/ }))
    .toBeVisible();
  expect(pairCalls(client)).toHaveLength(2);
});

test("three pictures are ranked from all pairs, and the least certain pair is named", async () => {
  const odds = [0.9, 0.8, 0.52];
  const { client } = await open({
    "compare/pair": (_params, { turn }) => ({ ...RESULT, probabilityA: odds[turn] ?? 0.5 }),
  });
  await addPictures(
    await picture("one.png", "navy"),
    await picture("two.png", "orange"),
    await picture("three.png", "green"),
  );
  await compareButton().click();
  await expect.element(page.getByText(/from all 3 pairs/)).toBeVisible();
  await expect.element(page.getByText(/Least certain: #2 against #3 \(52%\)/)).toBeVisible();
  const places = page.getByRole("region", { name: "Ranking" }).getByRole("listitem");
  await expect.element(places.first().getByText(/one\.png/)).toBeVisible();
  expect(pairCalls(client)).toHaveLength(3);
});

test("the keyboard exchanges the sides, changes the view and starts the comparison", async () => {
  const { client } = await open();
  await addPictures(await picture("a.png", "navy"), await picture("b.png", "orange"));
  await expect.element(page.getByRole("img", { name: "A: a.png" })).toBeInTheDocument();
  await userEvent.keyboard("x");
  await expect.element(page.getByRole("img", { name: "A: b.png" })).toBeInTheDocument();
  await userEvent.keyboard("3");
  const slider = page.getByRole("slider", { name: "Position of the line between A and B" });
  await expect.element(slider).toHaveAttribute("aria-valuenow", "50");
  slider.element().focus();
  await userEvent.keyboard("{ArrowRight}");
  await expect.element(slider).toHaveAttribute("aria-valuenow", "51");
  await userEvent.keyboard("{Control>}{Enter}{/Control}");
  await vi.waitFor(() => expect(pairCalls(client)).toHaveLength(1));
});

test("without any selector the page says so and offers the way on", async () => {
  await open({ "models/list": () => [] });
  await expect.element(page.getByText("No selector is installed")).toBeVisible();
  await expect.element(compareButton()).toBeDisabled();
});
