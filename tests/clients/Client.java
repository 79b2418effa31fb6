// SPDX-License-Identifier: GPL-3.0-or-later
// A channel by JAX-WS, which judges each message by the contract's schema, both ways: java Client
// WSDL ADDRESS, with what wsimport made from the WSDL beside it; see tests/support/foreign.py.

import com.sun.xml.ws.developer.SchemaValidationFeature;
import it.gov.pagopa.pagopa_api.nodeforpsp.NodeForPsp;
import it.gov.pagopa.pagopa_api.nodeforpsp.NodeForPspService;
import java.io.BufferedReader;
import java.io.File;
import java.io.InputStreamReader;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.math.BigDecimal;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import javax.xml.bind.annotation.XmlElement;
import javax.xml.datatype.DatatypeFactory;
import javax.xml.datatype.XMLGregorianCalendar;
import javax.xml.ws.BindingProvider;

public class Client {
    public static void main(String[] args) throws Exception {
        URL wsdl = args[0].startsWith("http") ? new URL(args[0]) : new File(args[0]).toURI().toURL();
        NodeForPsp port = new NodeForPspService(wsdl)
            .getPort(NodeForPsp.class, new SchemaValidationFeature());
        ((BindingProvider) port).getRequestContext()
            .put(BindingProvider.ENDPOINT_ADDRESS_PROPERTY, args[1]);
        BufferedReader lines = new BufferedReader(
            new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line; (line = lines.readLine()) != null; ) {
            System.out.println(call(port, line.split("\t")));
        }
    }

    private static String call(NodeForPsp port, String[] words) throws Exception {
        Method method = Arrays.stream(NodeForPsp.class.getMethods())
            .filter(m -> m.getName().equals(words[0])).findAny().get();
        Object request = method.getParameterTypes()[0].getDeclaredConstructor().newInstance();
        for (String word : Arrays.asList(words).subList(1, words.length)) {
            int equals = word.indexOf('=');
            put(request, word.substring(0, equals).split("\\."), word.substring(equals + 1));
        }
        try {
            StringBuilder out = new StringBuilder();
            write(out, method.invoke(port, request));
            return out.toString();
        } catch (InvocationTargetException wrong) {
            return "{\"soapFault\":" + quoted(wrong.getCause().toString()) + "}";
        }
    }

    /** The fields of a class and of those it extends, first theirs, as the schema has them. */
    private static List<Field> fields(Class<?> of) {
        List<Field> found = of == Object.class ? new ArrayList<>() : fields(of.getSuperclass());
        for (Field field : of.getDeclaredFields()) {
            field.setAccessible(true);
            found.add(field);
        }
        return found;
    }

    private static String name(Field field) {
        XmlElement element = field.getAnnotation(XmlElement.class);
        return element == null || element.name().startsWith("#") ? field.getName() : element.name();
    }

    @SuppressWarnings("unchecked")
    private static void put(Object bean, String[] path, String text) throws Exception {
        Field field = fields(bean.getClass()).stream()
            .filter(f -> name(f).equals(path[0])).findAny().get();
        if (path.length > 1) {
            if (field.get(bean) == null) {
                field.set(bean, field.getType().getDeclaredConstructor().newInstance());
            }
            put(field.get(bean), Arrays.copyOfRange(path, 1, path.length), text);
        } else if (field.getType() == List.class) {
            if (field.get(bean) == null) {
                field.set(bean, new ArrayList<Object>());
            }
            Class<?> item = (Class<?>) ((ParameterizedType) field.getGenericType())
                .getActualTypeArguments()[0];
            ((List<Object>) field.get(bean)).add(value(item, text));
        } else {
            field.set(bean, value(field.getType(), text));
        }
    }

    private static Object value(Class<?> type, String text) throws Exception {
        if (type == String.class) {
            return text;
        }
        if (type == XMLGregorianCalendar.class) {
            return DatatypeFactory.newInstance().newXMLGregorianCalendar(text);
        }
        if (type == byte[].class) {
            return text.getBytes(StandardCharsets.UTF_8);
        }
        if (type.isEnum()) {
            return type.getMethod("fromValue", String.class).invoke(null, text);
        }
        return type.getConstructor(String.class).newInstance(text);
    }

    private static void write(StringBuilder out, Object value) throws Exception {
        if (value instanceof List) {
            String before = "[";
            for (Object item : (List<?>) value) {
                out.append(before);
                write(out, item);
                before = ",";
            }
            out.append("]");
        } else if (value instanceof Boolean || value instanceof Integer) {
            out.append(value);
        } else if (value instanceof Enum) {
            out.append(quoted((String) value.getClass().getMethod("value").invoke(value)));
        } else if (value instanceof String || value instanceof BigDecimal
                   || value instanceof XMLGregorianCalendar) {
            out.append(quoted(value.toString()));
        } else {
            String before = "{";
            for (Field field : fields(value.getClass())) {
                if (field.get(value) != null) {
                    out.append(before).append(quoted(name(field))).append(":");
                    write(out, field.get(value));
                    before = ",";
                }
            }
            out.append("}");
        }
    }

    private static String quoted(String text) {
        StringBuilder out = new StringBuilder("\"");
        for (char c : text.toCharArray()) {
            out.append(c < ' ' || c == '"' || c == '\\' ? String.format("\\u%04x", (int) c) : c);
        }
        return out.append('"').toString();
    }
}
