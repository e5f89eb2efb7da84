import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Group, NumberInput, SegmentedControl, Text } from "@mantine/core";
import { useState } from "react";
import type { Region } from "@/domain/labeling/events";
import styles from "./stage.module.css";

/** A box without a pointer: side, position and size in percent of the image. */
export function BoxEditor({
  onAdd,
  onClose,
}: {
  readonly onAdd: (region: Region) => void;
  readonly onClose: () => void;
}) {
  const { t } = useLingui();
  const [on, setOn] = useState<"left" | "right">("left");
  const [box, setBox] = useState<readonly [number, number, number, number]>([25, 25, 50, 50]);
  const names = [t`Left`, t`Top`, t`Width`, t`Height`];
  const set = (at: number, value: number) =>
    setBox(box.map((old, i) => (i === at ? value : old)) as unknown as typeof box);
  const isInside = box[0] + box[2] <= 100 && box[1] + box[3] <= 100;

  return (
    <Group
      component="fieldset"
      gap={8}
      align="end"
      aria-label={t`Box by numbers`}
      className={styles["fieldset"]}
    >
      <Text size="sm">
        <Trans>Drag on an image, press two corners, or set it here.</Trans>
      </Text>
      <SegmentedControl
        size="xs"
        aria-label={t`Image`}
        value={on}
        onChange={(value) => setOn(value === "right" ? "right" : "left")}
        data={[
          { value: "left", label: "A" },
          { value: "right", label: "B" },
        ]}
      />
      {names.map((name, at) => (
        <NumberInput
          key={name}
          size="xs"
          w={84}
          label={name}
          suffix=" %"
          min={at < 2 ? 0 : 1}
          max={at < 2 ? 99 : 100}
          value={box[at] ?? 0}
          onChange={(value) => set(at, Number(value))}
        />
      ))}
      <Button
        size="xs"
        disabled={!isInside}
        onClick={() => {
          const [x, y, width, height] = box.map((value) => value / 100) as [
            number,
            number,
            number,
            number,
          ];
          onAdd({ on, box: [x, y, width, height] });
        }}
      >
        <Trans>Add box</Trans>
      </Button>
      <Button size="xs" variant="default" onClick={onClose}>
        <Trans>Close</Trans>
      </Button>
    </Group>
  );
}
