// Steps.java - what the clients' programs in Java share: where the server is, steps and assertions.

import java.net.URI;
import java.util.Objects;
import software.amazon.awssdk.core.util.VersionInfo;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

final class Steps {
  static final String TABLE = System.getenv("CLIENT_TABLE");
  static final String LARGE = System.getenv("CLIENT_LARGE_TABLE");

  private Steps() {
  }

  interface Run {
    void run() throws Exception;
  }

  static URI endpoint(String variable) {
    return URI.create(System.getenv(variable));
  }

  static DynamoDbClient client(String variable) {
    return DynamoDbClient.builder().endpointOverride(endpoint(variable)).build();
  }

  static void printVersion() {
    System.out.println("version: " + VersionInfo.SDK_VERSION);
  }

  static void equal(Object found, Object expected) {
    if (!Objects.equals(found, expected)) {
      throw new AssertionError("expected " + expected + ", found " + found);
    }
  }

  static <E extends Exception> E fails(Class<E> kind, Run call) {
    try {
      call.run();
    } catch (Exception error) {
      if (kind.isInstance(error)) {
        return kind.cast(error);
      }
      throw new AssertionError(kind.getSimpleName() + " expected", error);
    }
    throw new AssertionError(kind.getSimpleName() + " expected, but the call succeeded");
  }

  static void step(String name, Run run) {
    try {
      run.run();
    } catch (Throwable problem) {
      System.out.println("FAILED: " + name);
      problem.printStackTrace(System.out);
      System.exit(1);
    }
    System.out.println("ok: " + name);
  }
}
