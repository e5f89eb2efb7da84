import { Trans, useLingui } from "@lingui/react/macro";
import { Button, FileButton, Group, TextInput } from "@mantine/core";
import { useEffect, useRef, useState, type FormEvent } from "react";
import type { View } from "@/domain/benchmark/task";

export interface FreeQueryValue {
  readonly text: string;
  readonly image: File | undefined;
}

/** The view that a free query has; undefined while it is empty. */
export function freeView({ text, image }: FreeQueryValue): View | undefined {
  if (image !== undefined) return text === "" ? "i" : "mm";
  return text === "" ? undefined : "t";
}

/** Words, a picture, or both: asked of the whole gallery. */
export function FreeQuery({
  isBusy,
  linked,
  onAsk,
  onClear,
}: {
  readonly isBusy: boolean;
  /** Words of the link; asked once, when the page opens. */
  readonly linked: string | undefined;
  readonly onAsk: (value: FreeQueryValue) => void;
  readonly onClear: () => void;
}) {
  const { t } = useLingui();
  const [text, setText] = useState(linked ?? "");
  const [image, setImage] = useState<File>();
  const value = { text: text.trim(), image };
  const first = useRef(linked);
  useEffect(() => {
    const words = first.current;
    first.current = undefined;
    if (words !== undefined) onAsk({ text: words, image: undefined });
  }, [onAsk]);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (freeView(value) !== undefined) onAsk(value);
  };
  const clear = () => {
    setText("");
    setImage(undefined);
    onClear();
  };
  return (
    <form onSubmit={submit}>
      <Group
        gap="xs"
        align="end"
        onDragOver={(event) => event.preventDefault()}
        onDrop={(event) => {
          event.preventDefault();
          const file = event.dataTransfer.files[0];
          if (file !== undefined) setImage(file);
        }}
      >
        <TextInput
          label={t`Search by words`}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        <FileButton
          accept="image/png,image/jpeg,image/webp,image/avif,image/gif"
          onChange={(file) => setImage(file ?? undefined)}
        >
          {(props) => (
            <Button variant="default" {...props}>
              {image?.name ?? <Trans>or a picture</Trans>}
            </Button>
          )}
        </FileButton>
        <Button type="submit" loading={isBusy} disabled={freeView(value) === undefined}>
          <Trans>Search</Trans>
        </Button>
        {freeView(value) !== undefined && (
          <Button variant="subtle" color="gray" onClick={clear}>
            <Trans>Clear</Trans>
          </Button>
        )}
      </Group>
    </form>
  );
}
