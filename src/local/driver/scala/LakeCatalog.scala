// Glue's Data Catalog and Lake Formation for Spark's own catalogue: a name that Spark does not know is asked for, as the
// session's role, when it is first used. Compiled once by Spark's own Scala compiler (lake_jar.py). It is in Spark's
// package for what a table of the session catalogue is made of.
package org.apache.spark.sql.emrlocal

import java.io.{FileNotFoundException, InputStream}
import java.net.{HttpURLConnection, URI, URL}
import java.nio.charset.StandardCharsets.UTF_8
import java.util

import scala.collection.JavaConverters._

import com.amazonaws.DefaultRequest
import com.amazonaws.auth.{AWS4Signer, AWSCredentials, AWSCredentialsProvider, BasicAWSCredentials, BasicSessionCredentials}
import com.amazonaws.http.HttpMethodName
import org.apache.hadoop.conf.Configuration
import org.apache.iceberg.{BaseTable, StaticTableOperations}
import org.apache.iceberg.hadoop.{HadoopInputFile, HadoopOutputFile}
import org.apache.iceberg.io.{FileIO, InputFile, OutputFile, SeekableInputStream}
import org.apache.iceberg.spark.source.SparkTable
import org.apache.spark.sql.{AnalysisException, SparkSession}
import org.apache.spark.sql.catalyst.TableIdentifier
import org.apache.spark.sql.catalyst.catalog.{CatalogDatabase, CatalogStorageFormat, CatalogTable, CatalogTableType}
import org.apache.spark.sql.catalyst.parser.CatalystSqlParser
import org.apache.spark.sql.connector.catalog._
import org.apache.spark.sql.connector.read.ScanBuilder
import org.apache.spark.sql.types.{MetadataBuilder, StructField, StructType}
import org.apache.spark.sql.util.CaseInsensitiveStringMap
import org.apache.spark.util.SerializableConfiguration
import org.json4s._
import org.json4s.jackson.JsonMethods

/** A refusal of the service, in its words. */
class Refused(val code: String, message: String) extends RuntimeException(message)

/** The account's endpoint, asked as the role whose keys are in the environment. */
object Account {
  private val env = System.getenv().asScala
  private def keys: AWSCredentials = env.get("AWS_SESSION_TOKEN") match {
    case Some(token) => new BasicSessionCredentials(env("AWS_ACCESS_KEY_ID"), env("AWS_SECRET_ACCESS_KEY"), token)
    case None => new BasicAWSCredentials(env("AWS_ACCESS_KEY_ID"), env("AWS_SECRET_ACCESS_KEY"))
  }
  def region: String = env.getOrElse("AWS_REGION", "us-east-1")
  def isThere: Boolean = env.contains("AWS_ENDPOINT_URL") && env.contains("AWS_ACCESS_KEY_ID")

  /** The keys that Lake Formation gave last: they open all that was read so far. */
  @volatile var dataKeys: Option[AWSCredentials] = None

  def glue(operation: String, input: JValue): JValue =
    ask("glue", "/", Map("X-Amz-Target" -> s"AWSGlue.$operation", "Content-Type" -> "application/x-amz-json-1.1"), input)

  def lakeFormation(operation: String, input: JValue): JValue =
    ask("lakeformation", s"/$operation", Map("Content-Type" -> "application/json"), input)

  private def ask(service: String, path: String, headers: Map[String, String], input: JValue): JValue = {
    val body = JsonMethods.compact(input).getBytes(UTF_8)
    val request = new DefaultRequest[Unit](service)
    request.setEndpoint(URI.create(env("AWS_ENDPOINT_URL")))
    request.setHttpMethod(HttpMethodName.POST)
    request.setResourcePath(path)
    headers.foreach { case (name, value) => request.addHeader(name, value) }
    request.setContent(new java.io.ByteArrayInputStream(body))
    val signer = new AWS4Signer()
    signer.setServiceName(service)
    signer.setRegionName(region)
    signer.sign(request, keys)
    val connection = new URL(env("AWS_ENDPOINT_URL") + path).openConnection().asInstanceOf[HttpURLConnection]
    connection.setRequestMethod("POST")
    request.getHeaders.asScala.foreach { case (name, value) => if (name != "Host") connection.setRequestProperty(name, value) }
    connection.setDoOutput(true)
    connection.getOutputStream.write(body)
    val failed = connection.getResponseCode >= 300
    val answer = JsonMethods.parse(read(if (failed) connection.getErrorStream else connection.getInputStream))
    if (failed) {
      val code = Option(connection.getHeaderField("x-amzn-errortype")).getOrElse(text(answer \ "__type").getOrElse(""))
      val message = text(answer \ "message").orElse(text(answer \ "Message")).getOrElse("")
      val id = connection.getHeaderField("x-amzn-requestid")
      val name = if (service == "glue") "AWSGlue" else "AWSLakeFormation"
      throw new Refused(
        code.split(':').head,
        s"$message (Service: $name; Status Code: ${connection.getResponseCode}; Error Code: $code; Request ID: $id; Proxy: null)"
      )
    }
    answer
  }

  private def read(stream: InputStream): String =
    if (stream == null) "{}" else try scala.io.Source.fromInputStream(stream, "UTF-8").mkString finally stream.close()

  def text(value: JValue): Option[String] = value match {
    case JString(given) => Some(given)
    case _ => None
  }
}

/** Keys for S3: those of Lake Formation for what its tables read (`lf://`), the role's own for everything else. */
class LakeKeys(uri: URI, conf: Configuration) extends AWSCredentialsProvider {
  private val own = new com.amazonaws.auth.EnvironmentVariableCredentialsProvider()
  override def getCredentials: AWSCredentials =
    if (uri != null && uri.getScheme == LakeKeys.Scheme) Account.dataKeys.getOrElse(own.getCredentials) else own.getCredentials
  override def refresh(): Unit = ()
}

object LakeKeys {
  val Scheme = "lf"
  def path(location: String): String = location.replaceFirst("^s3[an]?://", s"$Scheme://")
}

/** Holds on to the stream: Iceberg's own closes what it wraps when only the wrapped one is still in use. */
class KeptStream(inner: SeekableInputStream) extends SeekableInputStream {
  override def getPos: Long = inner.getPos
  override def seek(position: Long): Unit = inner.seek(position)
  override def read(): Int = inner.read()
  override def read(bytes: Array[Byte], start: Int, length: Int): Int = inner.read(bytes, start, length)
  override def close(): Unit = inner.close()
}

/** A file under the name by which the table knows it. */
class NamedFile(path: String, inner: InputFile) extends InputFile {
  override def getLength: Long = inner.getLength
  override def newStream(): SeekableInputStream = new KeptStream(inner.newStream())
  override def location(): String = path
  override def exists(): Boolean = inner.exists()
}

/** Iceberg's files, read with Lake Formation's keys. */
class LakeIO(conf: SerializableConfiguration) extends FileIO {
  override def newInputFile(path: String): InputFile = new NamedFile(path, HadoopInputFile.fromLocation(LakeKeys.path(path), conf.value))
  override def newOutputFile(path: String): OutputFile = HadoopOutputFile.fromLocation(path, conf.value)
  override def deleteFile(path: String): Unit = throw new UnsupportedOperationException("The table is read-only here.")
}

/** An Iceberg table with the columns that the role may see. */
class VisibleTable(inner: SparkTable, columns: Set[String], label: String) extends Table with SupportsRead {
  override def name(): String = label
  override def schema(): StructType = StructType(inner.schema().filter(field => columns(field.name)))
  override def partitioning(): Array[org.apache.spark.sql.connector.expressions.Transform] = inner.partitioning()
  override def properties(): util.Map[String, String] = inner.properties()
  override def capabilities(): util.Set[TableCapability] = util.EnumSet.of(TableCapability.BATCH_READ)
  override def newScanBuilder(options: CaseInsensitiveStringMap): ScanBuilder = inner.newScanBuilder(options)
}

/** Spark's own catalogue, and behind it Glue's. */
class LakeCatalog extends DelegatingCatalogExtension {
  private lazy val spark = SparkSession.active
  private lazy val external = spark.sharedState.externalCatalog
  /** What each table looked like when it was asked for last. */
  private val known = new util.concurrent.ConcurrentHashMap[String, String]()

  // `USE` looks for a database in Spark's own catalogue only.
  if (Account.isThere) try addDatabases() catch { case _: Exception => () } // asked again by name

  override def loadTable(ident: Identifier): Table = {
    if (!foreign(ident.namespace)) return super.loadTable(ident)
    find(ident.namespace.head, ident.name) match {
      case Some(table) => table
      case None => super.loadTable(ident)
    }
  }

  override def tableExists(ident: Identifier): Boolean =
    if (!foreign(ident.namespace)) super.tableExists(ident)
    else try { find(ident.namespace.head, ident.name); super.tableExists(ident) || lakeHas(ident) } catch { case _: AnalysisException => false }

  override def listTables(namespace: Array[String]): Array[Identifier] =
    if (!foreign(namespace)) super.listTables(namespace)
    else (super.listTables(namespace) ++ names("GetTables", "TableList", Some(namespace.head)).map(Identifier.of(namespace, _)))
      .groupBy(_.name).values.map(_.head).toArray.sortBy(_.name)

  override def listNamespaces(): Array[Array[String]] = { addDatabases(); super.listNamespaces() }

  override def namespaceExists(namespace: Array[String]): Boolean = {
    // By its name, as EMR's client does it: a pipeline's role may not list the databases.
    if (foreign(namespace) && !super.namespaceExists(namespace)) {
      try {
        Account.glue("GetDatabase", JObject("Name" -> JString(namespace.head)))
        addDatabase(namespace.head)
      } catch { case _: Refused => () }
    }
    super.namespaceExists(namespace)
  }

  override def loadNamespaceMetadata(namespace: Array[String]): util.Map[String, String] = {
    namespaceExists(namespace)
    super.loadNamespaceMetadata(namespace)
  }

  private def foreign(namespace: Array[String]): Boolean =
    Account.isThere && namespace.length == 1 && namespace.head != "default" && namespace.head != "global_temp"

  private def lakeHas(ident: Identifier): Boolean = known.containsKey(s"${ident.namespace.head}.${ident.name}".toLowerCase)

  private def names(operation: String, member: String, database: Option[String] = None): Seq[String] = {
    def page(token: Option[String]): Seq[String] = {
      val input = JObject(database.map("DatabaseName" -> JString(_): JField).toList ++ token.map("NextToken" -> JString(_): JField))
      val answer = Account.glue(operation, input)
      val found = (answer \ member).children.flatMap(one => Account.text(one \ "Name"))
      found ++ Account.text(answer \ "NextToken").map(next => page(Some(next))).getOrElse(Nil)
    }
    page(None)
  }

  private def addDatabases(): Unit = if (Account.isThere) names("GetDatabases", "DatabaseList").foreach(addDatabase)

  private def addDatabase(name: String): Unit =
    if (!external.databaseExists(name)) {
      external.createDatabase(CatalogDatabase(name, "", new URI(s"file:///nowhere/$name"), Map("glue" -> "true")), true)
    }

  /** None where Glue has no such table: Spark then says it. */
  private def find(database: String, name: String): Option[Table] = {
    val table = try Account.glue("GetTable", JObject("DatabaseName" -> JString(database), "Name" -> JString(name))) \ "Table" catch {
      case error: Refused if error.code == "EntityNotFoundException" => forget(database, name); return None
      case error: Refused if error.code == "AccessDeniedException" =>
        forget(database, name)
        // Names of Spark's own are not Glue's to refuse.
        if (external.tableExists(database, name)) return None
        throw new AnalysisException(error.getMessage.replaceFirst("permission\\(s\\) on (\\S+)", "permission(s): Required Select on $1"))
    }
    Some(load(database, name, table))
  }

  private def forget(database: String, name: String): Unit =
    if (known.remove(s"$database.$name".toLowerCase) != null) external.dropTable(database, name, true, false)

  private def load(database: String, name: String, table: JValue): Table = {
    addDatabase(database)
    def text(value: JValue) = Account.text(value)
    val target = table \ "TargetTable"
    val catalogId = text(target \ "CatalogId").orElse(text(table \ "CatalogId")).get
    val owner = text(target \ "DatabaseName").orElse(text(table \ "DatabaseName")).get
    val original = text(target \ "Name").orElse(text(table \ "Name")).get
    val arn = s"arn:aws:glue:${Account.region}:$catalogId:table/$owner/$original"
    if (table \ "IsRegisteredWithLakeFormation" == JBool(true)) {
      val keys = try Account.lakeFormation("GetTemporaryGlueTableCredentials", JObject("TableArn" -> JString(arn))) catch {
        case error: Refused => throw new AnalysisException(error.getMessage)
      }
      Account.dataKeys = Some(new BasicSessionCredentials(
        text(keys \ "AccessKeyId").get, text(keys \ "SecretAccessKey").get, text(keys \ "SessionToken").get))
    }
    val storage = table \ "StorageDescriptor"
    val location = text(storage \ "Location").getOrElse(throw new AnalysisException(s"Table $database.$name has no location."))
    val columns = fields(database, name, storage \ "Columns")
    text(table \ "Parameters" \ "metadata_location") match {
      case Some(metadata) => iceberg(s"$database.$name", metadata, columns)
      case None => register(database, name, table, location, columns)
    }
  }

  private def fields(database: String, name: String, columns: JValue): Seq[StructField] = columns.children.map { column =>
    val given = Account.text(column \ "Name").getOrElse("")
    val dataType = try CatalystSqlParser.parseDataType(Account.text(column \ "Type").getOrElse("")) catch {
      case _: Exception => throw new AnalysisException(
        s"Cannot recognize the type '${Account.text(column \ "Type").getOrElse("")}' of column '$given' of table $database.$name.")
    }
    val comment = Account.text(column \ "Comment").filter(_.nonEmpty)
    val metadata = comment.map(new MetadataBuilder().putString("comment", _).build())
    metadata.map(StructField(given, dataType, true, _)).getOrElse(StructField(given, dataType))
  }

  private def iceberg(label: String, metadata: String, columns: Seq[StructField]): Table = {
    val conf = spark.sessionState.newHadoopConf()
    val io = new LakeIO(new SerializableConfiguration(conf))
    val table = new BaseTable(new StaticTableOperations(metadata, io), label)
    new VisibleTable(new SparkTable(table, false), columns.map(_.name).toSet, label)
  }

  private def register(database: String, name: String, table: JValue, location: String, columns: Seq[StructField]): Table = {
    val storage = table \ "StorageDescriptor"
    val serde = Account.text(storage \ "SerdeInfo" \ "SerializationLibrary").getOrElse("").toLowerCase
    val parameters = table \ "Parameters"
    def parameter(key: String): Option[String] = Account.text(parameters \ key)
    val (provider, options) =
      if (serde.contains("parquet")) ("parquet", Map.empty[String, String])
      else if (serde.contains("orc")) ("orc", Map.empty[String, String])
      else if (serde.contains("json")) ("json", Map.empty[String, String])
      else ("csv", Map(
        "sep" -> Account.text(storage \ "SerdeInfo" \ "Parameters" \ "field.delim").getOrElse("\u0001"),
        "header" -> parameter("skip.header.line.count").contains("1").toString))
    val partitions = fields(database, name, table \ "PartitionKeys")
    val made = CatalogTable(
      identifier = TableIdentifier(name.toLowerCase, Some(database.toLowerCase)),
      tableType = CatalogTableType.EXTERNAL,
      storage = CatalogStorageFormat.empty.copy(locationUri = Some(new URI(LakeKeys.path(location))), properties = options),
      schema = StructType(columns ++ partitions),
      provider = Some(provider),
      partitionColumnNames = partitions.map(_.name),
      owner = Account.text(table \ "Owner").getOrElse(""),
      comment = Account.text(table \ "Description"),
      tracksPartitionsInCatalog = false
    )
    val key = s"$database.$name".toLowerCase
    val looks = JsonMethods.compact(table)
    if (known.put(key, looks) != looks || !external.tableExists(database, name)) {
      external.dropTable(database, name, true, false)
      external.createTable(made, true)
      spark.sessionState.catalog.invalidateCachedTable(made.identifier)
    }
    super.loadTable(Identifier.of(Array(database), name))
  }
}
