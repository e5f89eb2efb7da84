import { useLingui } from "@lingui/react/macro";
import { NativeSelect } from "@mantine/core";
import type { Direction } from "@/domain/benchmark/task";
import type { BenchSearch } from "../logic/search-params";
import type { RunState } from "../store/bench-store";
import { encoderName } from "./encoder-name";
import styles from "./benchmark.module.css";
import { DIRECTION_NAMES, DIRECTION_TEXTS } from "./texts";

/** Direction and the one or two encoders shown; all of it in the link. */
export function SearchPickers({
  ready,
  a,
  b,
  direction,
  directions,
  search,
  onSearchChange,
}: {
  readonly ready: readonly RunState[];
  readonly a: RunState;
  readonly b: RunState | undefined;
  readonly direction: Direction;
  readonly directions: readonly Direction[];
  readonly search: BenchSearch;
  readonly onSearchChange: (search: BenchSearch) => void;
}) {
  const { t } = useLingui();
  const options = ready.map(({ choice }) => ({ value: choice.key, label: encoderName(choice, t) }));
  return (
    <div className={styles["pickers"]}>
      <NativeSelect
        label={t`Direction`}
        description={t(DIRECTION_TEXTS[direction])}
        inputWrapperOrder={["label", "input", "description"]}
        value={direction}
        onChange={(event) =>
          onSearchChange({ ...search, direction: event.currentTarget.value as Direction })
        }
        data={directions.map((value) => ({ value, label: DIRECTION_NAMES[value] }))}
      />
      <NativeSelect
        label={t`Encoder A`}
        value={a.choice.key}
        onChange={(event) => onSearchChange({ ...search, a: event.currentTarget.value })}
        data={options}
      />
      {ready.length > 1 && (
        <NativeSelect
          label={t`Encoder B`}
          value={b?.choice.key ?? "none"}
          onChange={(event) => onSearchChange({ ...search, b: event.currentTarget.value })}
          data={[{ value: "none", label: t`None` }, ...options]}
        />
      )}
    </div>
  );
}
