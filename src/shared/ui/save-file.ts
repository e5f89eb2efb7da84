/** Hands a blob to the browser's download, under `name`. */
export function saveFile(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  // The download has its own reference once the click returns; a task later nothing needs the URL.
  setTimeout(() => URL.revokeObjectURL(url), 0);
}
