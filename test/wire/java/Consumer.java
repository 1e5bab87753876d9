// Consumer.java - an application of the Kinesis Client Library that follows a stream and writes down what it processes.
//
//     Consumer ENDPOINT STREAM_ARN APPLICATION WORKER FILE
//
// The leases are in the table APPLICATION, at the same endpoint.  FILE gets a line for each record, "SHARD NUMBER KEY N EVENT", written
// before the checkpoint that covers it, and "SHARD end" where a shard is done.  It runs until it is killed.

import com.amazonaws.auth.DefaultAWSCredentialsProviderChain;
import com.amazonaws.client.builder.AwsClientBuilder.EndpointConfiguration;
import com.amazonaws.services.dynamodbv2.AmazonDynamoDB;
import com.amazonaws.services.dynamodbv2.AmazonDynamoDBClientBuilder;
import com.amazonaws.services.dynamodbv2.AmazonDynamoDBStreams;
import com.amazonaws.services.dynamodbv2.AmazonDynamoDBStreamsClientBuilder;
import com.amazonaws.services.dynamodbv2.streamsadapter.AmazonDynamoDBStreamsAdapterClient;
import com.amazonaws.services.dynamodbv2.streamsadapter.StreamsWorkerFactory;
import com.amazonaws.services.dynamodbv2.streamsadapter.model.RecordAdapter;
import com.amazonaws.services.kinesis.clientlibrary.interfaces.IRecordProcessorCheckpointer;
import com.amazonaws.services.kinesis.clientlibrary.interfaces.v2.IRecordProcessor;
import com.amazonaws.services.kinesis.clientlibrary.lib.worker.InitialPositionInStream;
import com.amazonaws.services.kinesis.clientlibrary.lib.worker.KinesisClientLibConfiguration;
import com.amazonaws.services.kinesis.clientlibrary.lib.worker.ShutdownReason;
import com.amazonaws.services.kinesis.clientlibrary.lib.worker.Worker;
import com.amazonaws.services.kinesis.clientlibrary.types.InitializationInput;
import com.amazonaws.services.kinesis.clientlibrary.types.ProcessRecordsInput;
import com.amazonaws.services.kinesis.clientlibrary.types.ShutdownInput;
import com.amazonaws.services.kinesis.metrics.impl.NullMetricsFactory;
import com.amazonaws.services.kinesis.model.Record;
import java.io.FileWriter;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.Executors;

public class Consumer {
  private static FileWriter file;

  private static synchronized void write(String lines) {
    try {
      file.write(lines);
      file.flush();
    } catch (IOException error) {
      throw new IllegalStateException(error);
    }
  }

  private static void checkpoint(IRecordProcessorCheckpointer checkpointer) {
    try {
      checkpointer.checkpoint();
    } catch (Exception error) {
      // the next one covers these records, too, or they are processed once more
      System.err.println("no checkpoint: " + error);
    }
  }

  private static class Processor implements IRecordProcessor {
    private String shard;

    @Override
    public void initialize(InitializationInput input) {
      shard = input.getShardId();
    }

    @Override
    public void processRecords(ProcessRecordsInput input) {
      StringBuilder lines = new StringBuilder();
      for (Record record : input.getRecords()) {
        com.amazonaws.services.dynamodbv2.model.Record change = ((RecordAdapter) record).getInternalObject();
        Map<String, com.amazonaws.services.dynamodbv2.model.AttributeValue> image = change.getDynamodb().getNewImage();
        if (image == null) {
          image = change.getDynamodb().getOldImage();
        }
        lines.append(shard).append(' ').append(change.getDynamodb().getSequenceNumber()).append(' ')
            .append(change.getDynamodb().getKeys().get("pk").getS()).append(' ').append(image.get("n").getN()).append(' ')
            .append(change.getEventName()).append('\n');
      }
      write(lines.toString());
      if (!input.getRecords().isEmpty()) {
        checkpoint(input.getCheckpointer());
      }
    }

    @Override
    public void shutdown(ShutdownInput input) {
      if (input.getShutdownReason() == ShutdownReason.TERMINATE) {
        write(shard + " end\n");
        checkpoint(input.getCheckpointer());
      }
    }
  }

  public static void main(String[] arguments) throws IOException {
    EndpointConfiguration endpoint = new EndpointConfiguration(arguments[0], "us-east-1");
    DefaultAWSCredentialsProviderChain credentials = new DefaultAWSCredentialsProviderChain();
    AmazonDynamoDBStreams streams = AmazonDynamoDBStreamsClientBuilder.standard().withEndpointConfiguration(endpoint).build();
    AmazonDynamoDB leases = AmazonDynamoDBClientBuilder.standard().withEndpointConfiguration(endpoint).build();
    KinesisClientLibConfiguration configuration =
        new KinesisClientLibConfiguration(arguments[2], arguments[1], credentials, arguments[3])
            .withInitialPositionInStream(InitialPositionInStream.TRIM_HORIZON)
            .withMaxRecords(200)
            .withIdleTimeBetweenReadsInMillis(100)
            .withParentShardPollIntervalMillis(200)
            .withShardSyncIntervalMillis(500)
            .withTaskBackoffTimeMillis(200)
            .withFailoverTimeMillis(3000)
            .withCallProcessRecordsEvenForEmptyRecordList(false);

    file = new FileWriter(arguments[4], true);
    Worker worker = StreamsWorkerFactory.createDynamoDbStreamsWorker(Processor::new, configuration,
        new AmazonDynamoDBStreamsAdapterClient(streams), leases, new NullMetricsFactory(), Executors.newCachedThreadPool());
    worker.run();
  }
}
