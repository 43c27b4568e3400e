// Search in pages that are opened from a folder. Browsers start no workers there (file://), so the theme's search
// runs in a hidden frame instead, behind the face of a Worker. Where there is a server this does nothing.
if (location.protocol === "file:") {
  window.Worker = class extends EventTarget {
    constructor(address) {
      super();
      const frame = document.createElement("iframe");
      frame.hidden = true;
      document.body.append(frame);
      this.inside = frame.contentWindow;
      this.inside.postMessage = data => this.dispatchEvent(new MessageEvent("message", { data }));
      const script = this.inside.document.createElement("script");
      this.loaded = new Promise(resolve => { script.onload = resolve; });
      script.src = new URL(address, location.href).href;
      this.inside.document.body.append(script);
    }

    postMessage(data) {
      this.loaded.then(() => {
        this.inside.dispatchEvent(new this.inside.MessageEvent("message", { data }));
      });
    }
  };
}
