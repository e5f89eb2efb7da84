import { Trans, useLingui } from "@lingui/react/macro";
import { UnstyledButton } from "@mantine/core";
import type { BenchmarkEntry } from "@/domain/benchmark/task";
import type { RankedCandidate } from "@/domain/benchmark/score-direction";
import type { DataFiles } from "../logic/read-data-set";
import styles from "./benchmark.module.css";
import { ItemImage } from "./item-image";

export interface GalleryProps {
  readonly label: string;
  readonly ranked: readonly RankedCandidate[];
  readonly entries: ReadonlyMap<string, BenchmarkEntry>;
  readonly truths: ReadonlySet<string>;
  readonly files: DataFiles;
  /** Rank of the same item under the other encoder. */
  readonly otherRanks?: ReadonlyMap<string, number>;
  readonly onOpen: (entry: BenchmarkEntry) => void;
}

function Card({
  candidate,
  entry,
  isTrue,
  other,
  files,
  onOpen,
}: {
  readonly candidate: RankedCandidate;
  readonly entry: BenchmarkEntry;
  readonly isTrue: boolean;
  readonly other: number | undefined;
  readonly files: DataFiles;
  readonly onOpen: (entry: BenchmarkEntry) => void;
}) {
  const { rank, score, tied } = candidate;
  return (
    <li>
      <UnstyledButton className={styles["card"]} data-hit={isTrue} onClick={() => onOpen(entry)}>
        {entry.image !== undefined && (
          <ItemImage files={files} image={entry.image} alt="" className={styles["image"]} />
        )}
        <div>
          <strong>{rank}</strong> · {score.toFixed(3)}
          {tied && (
            <>
              {" "}
              <Trans>tie</Trans>
            </>
          )}
          {other !== undefined && other !== rank && <> · ({other})</>}
        </div>
        {isTrue && (
          <div className={styles["hit"]}>
            ✓ <Trans>true item</Trans>
          </div>
        )}
        <p>{entry.text ?? entry.id}</p>
      </UnstyledButton>
    </li>
  );
}

/** The first candidates of a query, and its true items wherever they stand. */
export function Gallery(props: GalleryProps) {
  const { label, ranked, entries, truths, files, otherRanks, onOpen } = props;
  const { t } = useLingui();
  const truth = ranked.find(({ id }) => truths.has(id));
  const rank = truth?.rank;
  return (
    <section className={styles["section"]}>
      <h2>
        {label}
        {rank !== undefined && <> · {t`true item at ${rank}`}</>}
      </h2>
      <ul className={styles["gallery"]}>
        {ranked.map((candidate) => {
          const entry = entries.get(candidate.id);
          if (entry === undefined) return null;
          return (
            <Card
              key={candidate.id}
              candidate={candidate}
              entry={entry}
              isTrue={truths.has(candidate.id)}
              other={otherRanks?.get(candidate.id)}
              files={files}
              onOpen={onOpen}
            />
          );
        })}
      </ul>
    </section>
  );
}
