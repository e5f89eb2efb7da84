import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Menu } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconDownload, IconFileCode, IconFileText, IconLink } from "@tabler/icons-react";
import { messageOf } from "@/shared/lib/errors";
import { saveFile } from "@/shared/ui/save-file";
import type { Job } from "../logic/job";
import { reportHtml } from "../logic/report-html";
import { reportJson } from "../logic/report-record";
import { reportImages } from "./report-images";
import { useReportTexts } from "./use-report-texts";

/** A file name that every system takes. */
function fileStem(job: Job): string {
  const title = job.title.replaceAll(/[^\p{L}\p{N}]+/gu, "-").slice(0, 60);
  return `perigee-${title.replaceAll(/^-+|-+$/g, "") || "comparison"}`;
}

/** Saves the report as a page or as data, or copies a link that restores texts and example. */
export function ReportMenu({ job }: { readonly job: Job }) {
  const { t } = useLingui();
  const texts = useReportTexts();

  async function saveHtml() {
    try {
      const html = reportHtml(job, await reportImages(job.creatives), texts);
      saveFile(new Blob([html], { type: "text/html" }), `${fileStem(job)}.html`);
    } catch (error) {
      notifications.show({
        color: "red",
        title: t`The report was not saved`,
        message: messageOf(error),
      });
    }
  }

  async function copyLink() {
    try {
      await navigator.clipboard.writeText(location.href);
      notifications.show({
        message: t`Link copied. It restores the texts and the example, never your images.`,
      });
    } catch (error) {
      notifications.show({
        color: "red",
        title: t`The link was not copied`,
        message: messageOf(error),
      });
    }
  }

  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button variant="default" size="sm" leftSection={<IconDownload size={16} />}>
          <Trans>Report</Trans>
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item leftSection={<IconFileText size={16} />} onClick={() => void saveHtml()}>
          <Trans>Save as HTML, with the pictures</Trans>
        </Menu.Item>
        <Menu.Item
          leftSection={<IconFileCode size={16} />}
          onClick={() =>
            saveFile(
              new Blob([reportJson(job)], { type: "application/json" }),
              `${fileStem(job)}.json`,
            )
          }
        >
          <Trans>Save as JSON (CreativePair)</Trans>
        </Menu.Item>
        <Menu.Divider />
        <Menu.Item leftSection={<IconLink size={16} />} onClick={() => void copyLink()}>
          <Trans>Copy the link</Trans>
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
