import { useLingui } from "@lingui/react/macro";
import { ActionIcon, Group, SegmentedControl, Tooltip } from "@mantine/core";
import {
  IconArrowsLeftRight,
  IconMaximize,
  IconZoomIn,
  IconZoomOut,
  type Icon,
} from "@tabler/icons-react";
import { Keys } from "@/shared/ui/keys";
import type { StageMode, StageView } from "./use-view";

function ToolButton(props: {
  readonly name: string;
  readonly keys: string;
  readonly icon: Icon;
  readonly isDisabled?: boolean;
  readonly onClick: () => void;
}) {
  const { name, keys, icon: ToolIcon, isDisabled = false, onClick } = props;
  return (
    <Tooltip
      label={
        <Group gap={8}>
          {name} <Keys keys={keys} />
        </Group>
      }
    >
      <ActionIcon
        variant="subtle"
        color="gray"
        size="lg"
        aria-label={name}
        disabled={isDisabled}
        onClick={onClick}
      >
        <ToolIcon size={18} stroke={1.6} />
      </ActionIcon>
    </Tooltip>
  );
}

/** How the two pictures are shown: beside, over or against each other; zoom; sides exchanged. */
export function StageToolbar({
  stage,
  mode,
  onMode,
  onSwap,
}: {
  readonly stage: StageView;
  readonly mode: StageMode;
  readonly onMode: (mode: StageMode) => void;
  readonly onSwap: () => void;
}) {
  const { t } = useLingui();
  const isFitted = stage.view.scale === 1;
  return (
    <Group gap={4} role="toolbar" aria-label={t`View`}>
      <SegmentedControl
        size="xs"
        value={mode}
        aria-label={t`How the pictures are shown`}
        onChange={(value) => onMode(value as StageMode)}
        data={[
          { value: "side", label: t`Side by side` },
          { value: "overlay", label: t`Overlay` },
          { value: "slider", label: t`Slider` },
        ]}
      />
      <ToolButton
        name={t`Zoom out`}
        keys="-"
        icon={IconZoomOut}
        isDisabled={isFitted}
        onClick={() => stage.zoomBy(1 / 1.5)}
      />
      <ToolButton name={t`Zoom in`} keys="+" icon={IconZoomIn} onClick={() => stage.zoomBy(1.5)} />
      <ToolButton
        name={t`Fit`}
        keys="0"
        icon={IconMaximize}
        isDisabled={isFitted}
        onClick={stage.fit}
      />
      <ToolButton
        name={t`Exchange the sides`}
        keys="x"
        icon={IconArrowsLeftRight}
        onClick={onSwap}
      />
    </Group>
  );
}
