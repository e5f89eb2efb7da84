import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Group, SegmentedControl, Select, Text, Textarea, Title } from "@mantine/core";
import { useMemo, useState } from "react";
import { useStore } from "zustand";
import { MAX_EXAMPLES, type GuidelineExample } from "@/domain/labeling/records";
import { ExamplePair } from "../judge/example-pair";
import type { ProjectViewProps } from "../labeling-context";
import { ListTools } from "./list-tools";
import styles from "../labeling-page.module.css";

/** Names offered at once; typing finds the others. */
const OFFERED = 50;

function parseAnswer(value: string): GuidelineExample["answer"] {
  return value === "A" || value === "B" ? value : "none";
}

/** Example pairs of the project's own creatives, for the guidelines. */
export function ExamplesEditor({
  handle,
  images,
  examples,
  onChange,
}: Pick<ProjectViewProps, "handle" | "images"> & {
  readonly examples: readonly GuidelineExample[];
  readonly onChange: (examples: GuidelineExample[]) => void;
}) {
  const { t } = useLingui();
  const { creatives, products } = useStore(handle.store);
  const [product, setProduct] = useState<string | null>(null);
  const [sides, setSides] = useState<{ readonly a: string | null; readonly b: string | null }>({
    a: null,
    b: null,
  });
  const [answer, setAnswer] = useState<GuidelineExample["answer"]>("A");
  const [note, setNote] = useState("");
  const offered = useMemo(
    () =>
      [...products.values()].map(({ id, title }) => ({
        value: id,
        label: title === "" ? id : title,
      })),
    [products],
  );
  const own = [...creatives.values()]
    .filter(({ productId }) => productId === product)
    .map(({ id, name }) => ({ value: id, label: name }));
  const { a, b } = sides;
  const isKnown = examples.some((one) => one.a === a && one.b === b);
  const isReady = a !== null && b !== null && a !== b && !isKnown;

  function add() {
    if (a === null || b === null) return;
    onChange([...examples, { a, b, answer, note: note.trim() }]);
    setSides({ a: null, b: null });
    setNote("");
  }
  function move(at: number, by: 1 | -1) {
    const next = [...examples];
    const [one] = next.splice(at, 1);
    next.splice(at + by, 0, one!);
    onChange(next);
  }

  return (
    <>
      <Title order={2}>
        <Trans>Example pairs</Trans>
      </Title>
      <Text size="sm" c="dimmed">
        <Trans>
          Shown with the guidelines (G) while judging: pairs of this project&apos;s own creatives,
          with the answer you expect and why.
        </Trans>
      </Text>
      {examples.length > 0 && (
        <ol className={styles["cards"]}>
          {examples.map((example, at) => (
            <li key={JSON.stringify([example.a, example.b])} className={styles["card"]}>
              <ExamplePair example={example} creatives={creatives} images={images} />
              <ListTools
                name={t`Example ${at + 1}`}
                at={at}
                count={examples.length}
                onMove={(by) => move(at, by)}
                onRemove={() => onChange(examples.filter((_, position) => position !== at))}
              />
            </li>
          ))}
        </ol>
      )}
      {creatives.size === 0 ? (
        <Text size="sm">
          <Trans>Import creatives first; examples are chosen from them.</Trans>
        </Text>
      ) : (
        <div className={styles["form"]}>
          <Select
            label={t`Choose a product`}
            searchable
            limit={OFFERED}
            value={product}
            onChange={(value) => {
              setProduct(value);
              setSides({ a: null, b: null });
            }}
            data={offered}
          />
          <Select
            label={t`Creative A`}
            searchable
            limit={OFFERED}
            disabled={product === null}
            value={a}
            onChange={(value) => setSides({ a: value, b })}
            data={own}
          />
          <Select
            label={t`Creative B`}
            searchable
            limit={OFFERED}
            disabled={product === null}
            value={b}
            onChange={(value) => setSides({ a, b: value })}
            data={own}
          />
          <div className={styles["wide"]}>
            <SegmentedControl
              size="xs"
              aria-label={t`Expected answer`}
              value={answer}
              onChange={(value) => setAnswer(parseAnswer(value))}
              data={[
                { value: "A", label: t`A is better` },
                { value: "B", label: t`B is better` },
                { value: "none", label: t`Not comparable` },
              ]}
            />
          </div>
          <Textarea
            className={styles["wide"] ?? ""}
            label={t`Why`}
            autosize
            minRows={2}
            maxRows={6}
            maxLength={2000}
            value={note}
            onChange={(event) => setNote(event.currentTarget.value)}
          />
          <Group>
            <Button
              variant="default"
              disabled={!isReady || examples.length >= MAX_EXAMPLES}
              onClick={add}
            >
              <Trans>Add the example</Trans>
            </Button>
          </Group>
        </div>
      )}
    </>
  );
}
