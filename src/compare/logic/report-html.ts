import type { QuestionId } from "@/domain/evaluation-protocol";
import { labelOf } from "./creative";
import type { Job, PairState } from "./job";
import { questionRows, type QuestionRow } from "./question-rows";
import { rankCreatives } from "./ranking";
import { verdictOf } from "./verdict";

/** The report's words, in the reader's language. */
export interface ReportTexts {
  readonly language: string;
  readonly heading: string;
  readonly title: string;
  readonly queries: string;
  readonly model: string;
  readonly created: string;
  readonly note: string;
  readonly question: string;
  readonly answer: string;
  readonly reason: string;
  readonly exchanged: string;
  readonly ranking: string;
  readonly notFinished: string;
  readonly questions: Readonly<Record<QuestionId, string>>;
  readonly verdict: (winner: string, probability: number) => string;
  readonly orders: (agree: boolean, aFirst: number, bFirst: number) => string;
  readonly agreement: (row: QuestionRow) => string;
  readonly leastCertain: (a: string, b: string) => string;
  readonly chance: (chance: number) => string;
  readonly date: (epochMs: number) => string;
}

const ESCAPES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Text for HTML content and quoted attributes. Titles, file names and reasons are hostile. */
export function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => ESCAPES[character] ?? character);
}

/** Only what the report itself made: an inline picture, never an address. */
function imageSource(url: string | undefined): string {
  return url !== undefined && /^data:image\/(?:jpeg|png|webp);base64,[A-Za-z0-9+/=]+$/.test(url)
    ? url
    : "data:,";
}

const STYLE = `
body{font:16px/1.5 system-ui,sans-serif;margin:0 auto;max-width:960px;padding:24px;color:#1c1c1c;background:#fff}
h1{font-size:28px;margin:0 0 8px}h2{font-size:20px;margin:32px 0 8px}
dl{display:grid;grid-template-columns:max-content 1fr;gap:4px 16px;margin:0}dt{color:#5a5a5a}dd{margin:0}
.pair{display:grid;grid-template-columns:1fr 1fr;gap:16px;margin:16px 0}
figure{margin:0;background:#e4e4e4;border-radius:8px;padding:8px}
figure img{display:block;max-width:100%;max-height:420px;margin:0 auto}
figcaption{font-size:14px;margin-top:8px;overflow-wrap:anywhere}
table{border-collapse:collapse;width:100%;font-size:14px}th,td{text-align:left;vertical-align:top;padding:8px;border-bottom:1px solid #dadada}
.verdict{font-size:20px;font-weight:600}.dim{color:#5a5a5a;font-size:14px}
.a{color:#1d55b8}.b{color:#96480a}
@media(max-width:600px){.pair{grid-template-columns:1fr}}`;

function rowHtml(row: QuestionRow, texts: ReportTexts): string {
  const other =
    row.agreement === "differ"
      ? `<div class="dim">${escapeHtml(texts.exchanged)}: ${escapeHtml(row.otherAnswer ?? "")} ${escapeHtml(row.otherReason ?? "")}</div>`
      : "";
  return `<tr><th scope="row">${row.question.toUpperCase()} ${escapeHtml(texts.questions[row.question])}</th>
<td>${escapeHtml(row.answer ?? "–")}</td>
<td>${escapeHtml(row.reason ?? "")}${other}</td>
<td>${escapeHtml(texts.agreement(row))}</td></tr>`;
}

function figureHtml(job: Job, index: number, side: "A" | "B", images: readonly string[]): string {
  const creative = job.creatives[index];
  const name = escapeHtml(creative?.name ?? "");
  return `<figure><img src="${imageSource(images[index])}" alt="${side}: ${name}"><figcaption><strong class="${side.toLowerCase()}">${side}</strong> ${name}</figcaption></figure>`;
}

function pairHtml(job: Job, pair: PairState, images: readonly string[], texts: ReportTexts) {
  const figures = `<div class="pair">${figureHtml(job, pair.a, "A", images)}${figureHtml(job, pair.b, "B", images)}</div>`;
  const several = job.pairs.length > 1;
  const heading = several ? `<h2>${labelOf(pair.a)} · ${labelOf(pair.b)}</h2>` : "";
  if (pair.outcome === undefined) {
    return `<section>${heading}${figures}<p>${escapeHtml(texts.notFinished)}</p></section>`;
  }
  const verdict = verdictOf(pair.outcome);
  const rows = questionRows(pair.lines.AB, pair.lines.BA, true);
  return `<section>${heading}${figures}
<p class="verdict">${escapeHtml(texts.verdict(verdict.winner, verdict.probability))}</p>
<p class="dim">${escapeHtml(texts.orders(verdict.ordersAgree, verdict.probabilityAFirst, verdict.probabilityBFirst))}</p>
<table><thead><tr><th scope="col">${escapeHtml(texts.question)}</th><th scope="col">${escapeHtml(texts.answer)}</th><th scope="col">${escapeHtml(texts.reason)}</th><th scope="col"></th></tr></thead>
<tbody>${rows.map((row) => rowHtml(row, texts)).join("\n")}</tbody></table></section>`;
}

function rankingHtml(job: Job, texts: ReportTexts): string {
  if (job.creatives.length <= 2) return "";
  const decided = job.pairs.flatMap(({ a, b, outcome }) =>
    outcome === undefined ? [] : [{ a, b, ...outcome }],
  );
  const ranking = rankCreatives(job.creatives.length, decided);
  if (ranking === undefined) return "";
  const items = ranking.order.map(({ index, chance }) => {
    const name = `${labelOf(index)} ${job.creatives[index]?.name ?? ""}`;
    return `<li>${escapeHtml(name)} <span class="dim">${escapeHtml(texts.chance(chance))}</span></li>`;
  });
  const { a, b } = ranking.leastCertain;
  return `<h2>${escapeHtml(texts.ranking)}</h2><ol>${items.join("")}</ol><p class="dim">${escapeHtml(texts.leastCertain(labelOf(a), labelOf(b)))}</p>`;
}

/**
 * The report as one HTML file without scripts or outside references.
 *
 * @param images - one data URL per creative, re-encoded, so that no metadata of the photo travels.
 */
export function reportHtml(job: Job, images: readonly string[], texts: ReportTexts): string {
  const entry = (name: string, value: string) =>
    `<dt>${escapeHtml(name)}</dt><dd>${escapeHtml(value)}</dd>`;
  return `<!doctype html>
<html lang="${escapeHtml(texts.language)}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<title>${escapeHtml(texts.heading)}</title><style>${STYLE}</style></head><body>
<h1>${escapeHtml(texts.heading)}</h1>
<dl>${entry(texts.title, job.title)}${entry(texts.queries, job.queries.join(" · "))}${entry(texts.model, `${job.model.name} (${job.model.id} ${job.model.revision})`)}${entry(texts.created, texts.date(job.createdAt))}</dl>
${rankingHtml(job, texts)}
${job.pairs.map((pair) => pairHtml(job, pair, images, texts)).join("\n")}
<p class="dim">${escapeHtml(texts.note)}</p>
</body></html>
`;
}
