import { Trans } from "@lingui/react/macro";
import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { LabelingRepository } from "@/shared/persistence/labeling-repository";
import { Notice } from "@/shared/ui/notice";

/** Permissions of the File System Access API, which TypeScript's library does not name. */
interface PermittedFolder extends FileSystemDirectoryHandle {
  queryPermission?(options: { mode: "read" }): Promise<PermissionState>;
  requestPermission(options: { mode: "read" }): Promise<PermissionState>;
}

/** The project's linked folder, if the browser wants to be asked before it is read. */
async function closedFolder(
  repository: LabelingRepository,
  projectId: string,
): Promise<PermittedFolder | null> {
  const folder = (await repository.folder(projectId)) as PermittedFolder | undefined;
  const state = await folder?.queryPermission?.({ mode: "read" });
  return folder === undefined || state === undefined || state === "granted" ? null : folder;
}

/** After a restart browsers read a linked folder only once the user has said so again. */
export function FolderNotice({
  repository,
  projectId,
  onGranted,
}: {
  readonly repository: LabelingRepository;
  readonly projectId: string;
  readonly onGranted: () => void;
}) {
  const closed = useQuery({
    queryKey: ["labeling/folder", projectId],
    queryFn: () => closedFolder(repository, projectId),
    staleTime: 0,
  });
  const folder = closed.data;
  if (folder === undefined || folder === null) return null;
  async function ask(asked: PermittedFolder) {
    const state = await asked.requestPermission({ mode: "read" });
    await closed.refetch();
    if (state === "granted") onGranted();
  }
  return (
    <Notice tone="warn">
      <Trans>
        The images of this project lie in the folder “{folder.name}”, which the browser may not read
        at the moment.
      </Trans>{" "}
      <Button size="compact-xs" variant="default" onClick={() => void ask(folder)}>
        <Trans>Allow reading the folder</Trans>
      </Button>
    </Notice>
  );
}
