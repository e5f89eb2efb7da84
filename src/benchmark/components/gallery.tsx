import { Trans, useLingui } from "@lingui/react/macro";
import { UnstyledButton } from "@mantine/core";
import type { RankedCandidate } from "@/domain/benchmark/pool-ranking";
import type { BenchmarkEntry } from "@/domain/benchmark/task";
import type { Verdict } from "../logic/judgements";
import type { DataFiles } from "../logic/read-data-set";
import styles from "./benchmark.module.css";
import { ItemImage } from "./item-image";

type Judge = (id: string, verdict: Verdict | undefined) => void;

export interface GalleryProps {
  readonly label: string;
  readonly ranked: readonly RankedCandidate[];
  readonly entries: ReadonlyMap<string, BenchmarkEntry>;
  readonly truths: ReadonlySet<string>;
  /** Rank of the first true item as the figures count it, ties against it. */
  readonly countedRank?: number | undefined;
  readonly files: DataFiles;
  /** Rank of the same item under the other encoder; an absent one lies beyond what is shown. */
  readonly otherRanks?: ReadonlyMap<string, number>;
  readonly judged?: ReadonlyMap<string, Verdict> | undefined;
  readonly onJudge?: Judge;
  readonly onOpen: (entry: BenchmarkEntry) => void;
}

/** Where the other encoder has it. */
function Move({ rank, other }: { readonly rank: number; readonly other: number | undefined }) {
  const { t } = useLingui();
  if (other === rank) return null;
  if (other === undefined || !Number.isFinite(other))
    return <small title={t`not among the other encoder's first 20`}> ∗</small>;
  const arrow = other > rank ? "▲" : "▼";
  return <small title={t`at ${other} with the other encoder`}>{` ${arrow} ${other}`}</small>;
}

function JudgeButtons({
  id,
  name,
  verdict,
  onJudge,
}: {
  readonly id: string;
  readonly name: string;
  readonly verdict: Verdict | undefined;
  readonly onJudge: Judge;
}) {
  const { t } = useLingui();
  const toggle = (value: Verdict) => onJudge(id, verdict === value ? undefined : value);
  return (
    <div className={styles["judge"]}>
      <UnstyledButton
        aria-pressed={verdict === 1}
        aria-label={t`Relevant: ${name}`}
        title={t`Relevant`}
        onClick={() => toggle(1)}
      >
        ✓
      </UnstyledButton>
      <UnstyledButton
        aria-pressed={verdict === 0}
        aria-label={t`Not relevant: ${name}`}
        title={t`Not relevant`}
        onClick={() => toggle(0)}
      >
        ✗
      </UnstyledButton>
    </div>
  );
}

function Card({
  candidate,
  entry,
  isTrue,
  props,
}: {
  readonly candidate: RankedCandidate;
  readonly entry: BenchmarkEntry;
  readonly isTrue: boolean;
  readonly props: GalleryProps;
}) {
  const { files, otherRanks, judged, onJudge, onOpen } = props;
  const { id, rank, score, tied } = candidate;
  return (
    <li className={styles["card"]} data-hit={isTrue}>
      <UnstyledButton className={styles["cardButton"]} onClick={() => onOpen(entry)}>
        {entry.image !== undefined && (
          <ItemImage files={files} image={entry.image} alt="" className={styles["image"]} />
        )}
        <div className={styles["cardLine"]}>
          {Number.isFinite(rank) ? (
            <>
              <strong>{rank}</strong> · {score.toFixed(3)}
            </>
          ) : (
            <Trans>not in the list</Trans>
          )}
          {tied && (
            <>
              {" "}
              <Trans>tie</Trans>
            </>
          )}
          {otherRanks !== undefined && <Move rank={rank} other={otherRanks.get(id)} />}
        </div>
        <p>{entry.text ?? entry.id}</p>
      </UnstyledButton>
      {isTrue && (
        <div className={styles["hit"]}>
          ✓ <Trans>true item</Trans>
        </div>
      )}
      {!isTrue && onJudge !== undefined && (
        <JudgeButtons id={id} name={entry.text ?? id} verdict={judged?.get(id)} onJudge={onJudge} />
      )}
    </li>
  );
}

/** The first candidates of a query, and its true items wherever they stand. */
export function Gallery(props: GalleryProps) {
  const { label, ranked, entries, truths, countedRank } = props;
  const { t } = useLingui();
  const first = ranked.find(({ id }) => truths.has(id))?.rank;
  const place = (rank: number) => {
    if (!Number.isFinite(rank)) return t`true item not in the list`;
    const isTied = countedRank !== undefined && countedRank > rank;
    return isTied
      ? t`true item at ${rank}, with ties counted as ${countedRank}`
      : t`true item at ${rank}`;
  };
  return (
    <section className={styles["section"]}>
      <h2>
        {label}
        {first !== undefined && <> · {place(first)}</>}
      </h2>
      <ul className={styles["gallery"]}>
        {ranked.map((candidate) => {
          const entry = entries.get(candidate.id);
          if (entry === undefined) return null;
          const isTrue = truths.has(candidate.id);
          return <Card key={candidate.id} {...{ candidate, entry, isTrue, props }} />;
        })}
      </ul>
    </section>
  );
}
