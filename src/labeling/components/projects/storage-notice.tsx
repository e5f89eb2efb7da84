import { Trans, useLingui } from "@lingui/react/macro";
import { Button } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { formatBytes } from "@/shared/ui/format";
import { Notice } from "@/shared/ui/notice";

/** Free space below which a full disk is announced before it hurts. */
const WARN_FREE_BYTES = 200_000_000;
const CHECK_EVERY_MS = 60_000;
const KEY = ["labeling/storage"];

async function readStorage() {
  const estimate = await navigator.storage.estimate();
  const persisted = await navigator.storage.persisted();
  const free = (estimate.quota ?? Number.POSITIVE_INFINITY) - (estimate.usage ?? 0);
  return { free, persisted };
}

/** Says when the browser's storage runs low, and offers to protect it from being cleared. */
export function StorageNotice() {
  const { i18n } = useLingui();
  const queryClient = useQueryClient();
  const storage = useQuery({
    queryKey: KEY,
    queryFn: readStorage,
    refetchInterval: CHECK_EVERY_MS,
  });
  if (storage.data === undefined || storage.data.free > WARN_FREE_BYTES) return null;
  async function protect() {
    await navigator.storage.persist();
    await queryClient.invalidateQueries({ queryKey: KEY });
  }
  return (
    <Notice tone="warn">
      <Trans>
        Only {formatBytes(storage.data.free, i18n.locale)} are left for this site. Export the
        project and free space on /data before you go on.
      </Trans>{" "}
      {!storage.data.persisted && (
        <Button size="compact-xs" variant="default" onClick={() => void protect()}>
          <Trans>Ask the browser to keep the data</Trans>
        </Button>
      )}
    </Notice>
  );
}
