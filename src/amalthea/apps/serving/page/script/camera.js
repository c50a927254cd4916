// A picture from the camera: a telephone's own program, or the frame that a video shows.
const [button, capture, dialog, video, take, close] = ["camera", "capture", "dialog", "video", "take", "close"].map((id) =>
  document.getElementById(id),
);
const ownProgram = matchMedia("(pointer: coarse)").matches;

// Calls `found` with files, and `failed` where there is no camera to use.
export function offerCamera(found, failed) {
  button.hidden = !(ownProgram || navigator.mediaDevices?.getUserMedia);
  button.addEventListener("click", () => (ownProgram ? capture.click() : open(failed)));
  capture.addEventListener("change", () => {
    found([...capture.files]);
    capture.value = "";
  });
  take.addEventListener("click", async () => {
    const file = await frame();
    dialog.close();
    found([file]);
  });
  close.addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => {
    video.srcObject?.getTracks().forEach((track) => track.stop());
    video.srcObject = null;
  });
}

async function open(failed) {
  try {
    video.srcObject = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment", width: { ideal: 1280 } } });
  } catch {
    failed();
    return;
  }
  dialog.showModal();
}

async function frame() {
  const canvas = document.createElement("canvas");
  canvas.width = video.videoWidth;
  canvas.height = video.videoHeight;
  canvas.getContext("2d").drawImage(video, 0, 0);
  const content = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.95));
  return new File([content], "photograph.jpg", { type: "image/jpeg" });
}
