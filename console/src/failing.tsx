import { Alert, Button } from "antd";
import { Component, type ReactNode } from "react";

/** A page that cannot be shown says so where it would stand: a tab that was open while the program was replaced asks for parts that are gone. */
export class Failing extends Component<{ says: string; retry: string; children: ReactNode }, { failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError() {
    return { failed: true };
  }

  override render() {
    if (!this.state.failed) return this.props.children;
    return <Alert type="error" showIcon title={this.props.says} action={<Button onClick={() => window.location.reload()}>{this.props.retry}</Button>} />;
  }
}
